//! What the fuzzer does with any bytes, done with the seeds and what is near them.

#[path = "../../fuzz/read_filter.rs"]
mod read_filter;

#[test]
fn seeds_and_what_is_near_them_are_read_or_refused() {
    let seeds = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds")).unwrap();
    let mut count = 0;
    for seed in seeds {
        let bytes = std::fs::read(seed.unwrap().path()).unwrap();
        read_filter::read_filter(&bytes);
        for at in 0..bytes.len() {
            read_filter::read_filter(&bytes[..at]);
            read_filter::read_filter(&bytes[at..]);
            for other in b"'\"`. =()-N\x00" {
                let mut near = bytes.clone();
                near[at] = *other;
                read_filter::read_filter(&near);
            }
        }
        count += 1;
    }
    assert!(count >= 10);
}
