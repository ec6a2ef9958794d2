//! Recorded answers of reference tools, one test an area.
#![expect(clippy::unwrap_used, reason = "a test fails by panic")]

#[cfg(feature = "model-signing")]
#[path = "model_signing/recorded.rs"]
#[allow(dead_code, reason = "the tests of the group use the rest")]
mod recorded;

#[cfg(feature = "dvc")]
#[path = "dvc/recorded.rs"]
#[allow(dead_code, reason = "the tests of the group use the rest")]
mod recorded_by_dvc;

use std::fs;
use std::path::Path;

use mlops_cases::Tally;
use mlops_core::Digest;
use mlops_registry::merkle::{ConsistencyProof, InclusionProof, Tree, leaf_hash};
use serde::Deserialize;
use serde::de::DeserializeOwned;

fn read<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[derive(Deserialize)]
struct Merkle {
    trees: Vec<RecordedTree>,
    verify_inclusion: Vec<VerifyInclusion>,
    verify_consistency: Vec<VerifyConsistency>,
}

#[derive(Deserialize)]
struct RecordedTree {
    name: String,
    leaves_hex: Vec<String>,
    roots_hex: Vec<String>,
    inclusion: Vec<RecordedInclusion>,
    consistency: Vec<RecordedConsistency>,
}

#[derive(Deserialize)]
struct RecordedInclusion {
    size: u64,
    index: u64,
    proof: Vec<String>,
}

#[derive(Deserialize)]
struct RecordedConsistency {
    size1: u64,
    size2: u64,
    proof: Vec<String>,
}

/// A hash as it came: hexadecimal digits of any number of bytes, or nothing.
type Hash = Option<String>;

#[derive(Deserialize)]
struct VerifyInclusion {
    case: String,
    index: u64,
    size: u64,
    root: Hash,
    leaf_hash: Hash,
    proof: Option<Vec<Hash>>,
    ok: bool,
}

#[derive(Deserialize)]
struct VerifyConsistency {
    case: String,
    size1: u64,
    size2: u64,
    root1: Hash,
    root2: Hash,
    proof: Option<Vec<Hash>>,
    ok: bool,
}

/// The hash, if it is one: the boundary where hostile hashes stop.
fn hash(hash: &Hash) -> Option<Digest> {
    Digest::from_hex(hash.as_deref()?).ok()
}

/// No proof at all is an empty one: JSON writers tell the two apart at their whim.
fn hashes(proof: Option<&Vec<Hash>>) -> Option<Vec<Digest>> {
    proof.map_or(Some(Vec::new()), |proof| proof.iter().map(hash).collect())
}

fn digests(proof: &[String]) -> Vec<Digest> {
    proof.iter().map(|hash| Digest::from_hex(hash).unwrap()).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

impl RecordedTree {
    fn compare(&self, tally: &mut Tally) {
        let name = &self.name;
        let leaves: Vec<Digest> = self.leaves_hex.iter().map(|leaf| leaf_hash(&bytes(leaf))).collect();
        let tree: Tree = leaves.iter().copied().collect();
        let roots = digests(&self.roots_hex);
        let root = |size: u64| &roots[usize::try_from(size).unwrap()];
        for (size, root) in (0..).zip(&roots) {
            tally
                .check(tree.root_at(size).is_ok_and(|ours| ours == *root), || format!("{name}: root {size}"));
        }
        for RecordedInclusion { size, index, proof } in &self.inclusion {
            let recorded = InclusionProof { size: *size, index: *index, hashes: digests(proof) };
            let leaf = &leaves[usize::try_from(*index).unwrap()];
            let same = InclusionProof::of(&tree, *index, *size).is_ok_and(|ours| ours == recorded);
            tally.check(same && recorded.verify(leaf, root(*size)).is_ok(), || {
                format!("{name}: inclusion of {index} in {size}")
            });
        }
        for RecordedConsistency { size1, size2, proof } in &self.consistency {
            let recorded = ConsistencyProof { old_size: *size1, new_size: *size2, hashes: digests(proof) };
            let same = ConsistencyProof::of(&tree, *size1, *size2).is_ok_and(|ours| ours == recorded);
            tally.check(same && recorded.verify(root(*size1), root(*size2)).is_ok(), || {
                format!("{name}: consistency of {size1} and {size2}")
            });
        }
    }
}

impl VerifyInclusion {
    fn accepted(&self) -> bool {
        let (Some(leaf), Some(root), Some(hashes)) =
            (hash(&self.leaf_hash), hash(&self.root), hashes(self.proof.as_ref()))
        else {
            return false;
        };
        InclusionProof { index: self.index, size: self.size, hashes }.verify(&leaf, &root).is_ok()
    }
}

impl VerifyConsistency {
    fn accepted(&self) -> bool {
        let (Some(old), Some(new), Some(hashes)) =
            (hash(&self.root1), hash(&self.root2), hashes(self.proof.as_ref()))
        else {
            return false;
        };
        ConsistencyProof { old_size: self.size1, new_size: self.size2, hashes }.verify(&old, &new).is_ok()
    }
}

#[test]
fn audit() {
    let Some(folder) = mlops_cases::folder("audit", env!("CARGO_MANIFEST_DIR")) else { return };
    // Held-out cases of the area may be of one of its files only.
    let is_there = |file: &str| std::env::var_os("MLOPS_CASES").is_none() || folder.join(file).is_file();
    let signing = cfg!(feature = "model-signing") && is_there("model_signing.json");
    if !is_there("merkle.json") && !signing {
        return mlops_cases::absent("audit");
    }
    let mut tally = Tally::default();
    if is_there("merkle.json") {
        merkle(&read(&folder.join("merkle.json")), &mut tally);
    }
    #[cfg(feature = "model-signing")]
    if signing {
        model_signing(&read(&folder.join("model_signing.json")), &mut tally);
    }
    tally.conclude("audit");
}

#[cfg(feature = "model-signing")]
fn model_signing(recorded: &recorded::Recorded, tally: &mut Tally) {
    for model in &recorded.models {
        for check in &model.checks {
            tally.check(model.accepted(check) == check.ok, || format!("{}: {}", model.name, check.case));
        }
    }
}

fn merkle(merkle: &Merkle, tally: &mut Tally) {
    for tree in &merkle.trees {
        tree.compare(tally);
    }
    for case in &merkle.verify_inclusion {
        tally.check(case.accepted() == case.ok, || case.case.clone());
    }
    for case in &merkle.verify_consistency {
        tally.check(case.accepted() == case.ok, || case.case.clone());
    }
}

#[cfg(feature = "dvc")]
#[test]
fn dvc() {
    mlops_cases::each_file("dvc", env!("CARGO_MANIFEST_DIR"), |_, file, tally| {
        let recorded: recorded_by_dvc::Recorded =
            serde_json::from_value(file.clone()).map_err(|error| error.to_string())?;
        for (what, same) in recorded.compared() {
            tally.check(same, || what);
        }
        Ok(())
    });
}
