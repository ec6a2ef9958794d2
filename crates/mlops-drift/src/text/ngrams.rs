/// So many places have the n-grams of all texts; what falls on the same one is the same.
pub(super) const PLACES: usize = 1 << 16;

/// The words of a text in lower case: runs of letters and digits.
pub(super) fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// Which n-grams a text has and how much each weighs: words, pairs of words and three
/// letters in a row, by the logarithm of their count, together of length 1.
pub(super) fn features(words: &[String]) -> Vec<(u32, f64)> {
    let mut places: Vec<u32> = Vec::new();
    for word in words {
        places.push(place(1, word.as_bytes()));
        let letters: Vec<char> =
            std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
        for three in letters.windows(3) {
            places.push(place(3, three.iter().collect::<String>().as_bytes()));
        }
    }
    for pair in words.windows(2) {
        places.push(place(2, format!("{} {}", pair[0], pair[1]).as_bytes()));
    }
    places.sort_unstable();
    let mut features: Vec<(u32, f64)> =
        places.chunk_by(|a, b| a == b).map(|same| (same[0], (1.0 + same.len() as f64).ln())).collect();
    let length = features.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
    for (_, weight) in &mut features {
        *weight /= length;
    }
    features
}

/// # Source
/// Fowler, Noll and Vo's FNV-1a: the same on every machine and in every release.
fn place(kind: u8, bytes: &[u8]) -> u32 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let add = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
    let hash = bytes.iter().fold(add(OFFSET, &kind), add);
    #[expect(clippy::cast_possible_truncation, reason = "below the number of places")]
    let place = ((hash ^ hash >> 32) % PLACES as u64) as u32;
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters() {
        assert_eq!(words("Don't  PANIC, 42 Zürich!"), ["don", "t", "panic", "42", "zürich"]);
        assert!(words(" … ").is_empty() && features(&[]).is_empty());
    }

    #[test]
    fn a_text_has_length_one() {
        let found = features(&words("to be or not to be"));
        let length: f64 = found.iter().map(|(_, weight)| weight * weight).sum();
        assert!((length - 1.0).abs() < 1e-12);
        assert!(found.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
