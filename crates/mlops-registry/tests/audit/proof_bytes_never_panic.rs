//! Whatever bytes claim to be a checkpoint or a proof are read or refused, and what is read is one spelling.

#[path = "../../fuzz/read_checkpoint.rs"]
mod read_checkpoint;
#[path = "../../fuzz/read_proof.rs"]
mod read_proof;
use mlops_registry::artifact::MemoryArtifacts;
use mlops_registry::merkle::Ed25519Signer;
use mlops_registry::{Registry, store::MemoryStore};
use proptest::prelude::*;
use read_checkpoint::read_checkpoint;
use read_proof::read_proof;

/// Texts of each kind, signed with a key that is not the reader's.
fn seeds() -> Vec<Vec<u8>> {
    let signer = std::sync::Arc::new(Ed25519Signer::from_seed(&[8; 32]));
    let witness = Ed25519Signer::from_seed(&[9; 32]);
    let (store, artifacts) = (MemoryStore::default(), MemoryArtifacts::default());
    let registry = Registry::builder(std::sync::Arc::new(store), std::sync::Arc::new(artifacts), signer)
        .create("registry.example".parse().unwrap(), &crate::world::principal("root"))
        .unwrap();
    let head = registry.tree_head().unwrap();
    registry
        .session(&crate::world::principal("root"))
        .grant(
            &crate::world::principal("ana"),
            mlops_registry::access::Role::Author,
            mlops_registry::access::Scope::All,
        )
        .unwrap();
    let checkpoint = registry.checkpoint().unwrap();
    let witnessed = checkpoint.cosign("witness.example", &witness, "2013-04-01".parse().unwrap()).unwrap();
    vec![
        witnessed.to_text().into_bytes(),
        registry.verifier_key().unwrap().to_string().into_bytes(),
        registry.prove(1).unwrap().to_text().unwrap().into_bytes(),
        registry.prove_extension(&head).unwrap().to_text().unwrap().into_bytes(),
        format!("{}{{}}\n", head.to_text().unwrap()).into_bytes(),
    ]
}

fn read(bytes: &[u8]) {
    read_checkpoint(bytes);
    read_proof(bytes);
}

#[test]
fn the_seeds_are_read() {
    for seed in seeds() {
        read(&seed);
    }
}

#[test]
fn edited_seeds_are_read_or_refused() {
    let seeds = seeds();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, any::<u8>()), 1..6);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&(0..seeds.len(), edits), |(seed, edits)| {
            let mut bytes = seeds[seed].clone();
            for (at, how, byte) in edits {
                let at = at.index(bytes.len());
                match how {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, b" 0-9\"\\,]}\n+/="[usize::from(byte) % 13]),
                    _ => drop(bytes.remove(at)),
                }
            }
            read(&bytes);
            Ok(())
        })
        .unwrap();
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes);
    }

    #[test]
    fn any_lines_are_read_or_refused(lines in "(— |[a-z./]{1,9}|[0-9]{1,9}|[A-Za-z0-9+/]{4,44}=?|\n| ){0,20}") {
        read(lines.as_bytes());
    }
}
