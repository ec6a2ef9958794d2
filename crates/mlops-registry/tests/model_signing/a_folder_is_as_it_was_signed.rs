//! What is signed is verified, and whatever is changed since is named.

use std::collections::BTreeMap;
use std::fs;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::Path;

use mlops_registry::Error;
use mlops_registry::model_signing::{Bundle, EcSigningKey, ModelFiles, Refusal};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::keys_are_read::pem;

fn key() -> EcSigningKey {
    EcSigningKey::from_pem(&pem("p256.pem")).unwrap()
}

fn write(folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    let _fresh = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn model() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("finbert");
    let files =
        [("weights.bin", "weights"), ("a/b", "1"), ("a-b", "2"), (".hidden", ""), (".gitignore", "*.tmp")];
    write(&root, &files.map(|(name, text)| (name.to_owned(), text.into())).into());
    (folder, root)
}

fn refusals(files: &ModelFiles, bundle: &Bundle) -> Vec<Refusal> {
    let verification = files.verify(bundle.to_json().unwrap().as_bytes(), &key().public_key()).unwrap();
    assert_eq!(verification.is_ok(), verification.refusals.is_empty());
    verification.refusals
}

#[test]
fn each_curve_signs_and_the_statement_is_as_the_tool_writes_it() {
    let (_folder, root) = model();
    for name in ["p256", "p384", "p521"] {
        let key = EcSigningKey::from_pem(&pem(&format!("{name}.pem"))).unwrap();
        let bundle = ModelFiles::at(&root).sign(&key).unwrap();
        let text = bundle.to_json().unwrap();
        assert_eq!(Bundle::from_json(text.as_bytes()).unwrap(), bundle);
        assert_eq!(bundle.hint(), Some(key.public_key().id().to_hex().as_str()));
        let verified = ModelFiles::at(&root).verify(text.as_bytes(), &key.public_key()).unwrap();
        assert!(verified.is_ok(), "{verified:?}");
        assert_eq!((verified.model.as_deref(), verified.compared), (Some("finbert"), 4));
    }
    let statement: serde_json::Value =
        serde_json::from_slice(ModelFiles::at(&root).sign(&key()).unwrap().unverified()).unwrap();
    let names: Vec<_> =
        statement["predicate"]["resources"].as_array().unwrap().iter().map(|file| &file["name"]).collect();
    assert_eq!(names, [".hidden", "a/b", "a-b", "weights.bin"], "by their parts, without what is Git's");
    assert_eq!(
        statement["predicate"]["serialization"]["ignore_paths"],
        serde_json::json!([".git", ".gitattributes", ".github", ".gitignore"])
    );
}

#[test]
fn the_bundle_may_lie_beside_the_files_and_one_file_is_a_model() {
    let (_folder, root) = model();
    let files = ModelFiles::at(&root).ignoring("model.sig").ignoring("./notes/");
    let bundle = files.sign(&key()).unwrap();
    fs::write(root.join("model.sig"), bundle.to_json().unwrap()).unwrap();
    fs::create_dir(root.join("notes")).unwrap();
    fs::write(root.join("notes/today"), "x").unwrap();
    assert_eq!(refusals(&files, &bundle), []);
    assert_eq!(refusals(&ModelFiles::at(&root), &bundle), [], "the statement says what it ignores");
    fs::write(root.join("model.sig2"), "x").unwrap();
    assert_eq!(refusals(&files, &bundle), [Refusal::Extra { name: "model.sig2".to_owned() }]);

    let one = ModelFiles::at(root.join("weights.bin"));
    let bundle = one.sign(&key()).unwrap();
    assert_eq!(refusals(&one, &bundle), []);
    fs::write(root.join("weights.bin"), "wuights").unwrap();
    assert!(matches!(&refusals(&one, &bundle)[..], [Refusal::Changed { name, .. }] if name == "."));

    let with_git = ModelFiles::at(&root).with_git_files();
    let bundle = with_git.sign(&key()).unwrap();
    assert_eq!(refusals(&with_git, &bundle), []);
    assert_eq!(
        refusals(&ModelFiles::at(&root), &bundle),
        [Refusal::Missing { name: ".gitignore".to_owned() }]
    );
}

#[cfg(unix)]
#[test]
fn links_and_special_files_are_refused_by_name() {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    let (folder, root) = model();
    let files = ModelFiles::at(&root);
    let bundle = files.sign(&key()).unwrap();
    let link = |name: &str| Refusal::Link { name: name.to_owned() };
    let extra = |name: &str| Refusal::Extra { name: name.to_owned() };

    fs::write(folder.path().join("secret"), "secret").unwrap();
    symlink("../secret", root.join("link")).unwrap();
    assert_eq!(refusals(&files, &bundle), [link("link")]);
    let error = files.sign(&key()).unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }) && error.to_string().contains("is a link"), "{error}");
    let following = ModelFiles::at(&root).following_links();
    assert_eq!(refusals(&following, &bundle), [extra("link")]);
    assert_eq!(refusals(&following, &following.sign(&key()).unwrap()), []);
    fs::remove_file(root.join("link")).unwrap();

    symlink("..", root.join("a/up")).unwrap();
    assert_eq!(refusals(&following, &bundle), [link("a/up")], "what is behind it nobody has signed");
    fs::remove_file(root.join("a/up")).unwrap();
    symlink("nowhere", root.join("broken")).unwrap();
    assert_eq!(refusals(&following, &bundle), [Refusal::Special { name: "broken".to_owned() }]);
    fs::remove_file(root.join("broken")).unwrap();

    symlink(&root, folder.path().join("other")).unwrap();
    assert_eq!(refusals(&ModelFiles::at(folder.path().join("other")), &bundle)[0], link("."));
    let made = std::process::Command::new("mkfifo").arg(root.join("pipe")).status().unwrap();
    assert!(made.success());
    assert_eq!(refusals(&files, &bundle), [Refusal::Special { name: "pipe".to_owned() }]);
    fs::remove_file(root.join("pipe")).unwrap();
    fs::write(root.join(std::ffi::OsStr::from_bytes(b"\xff")), "").unwrap();
    assert!(matches!(&refusals(&files, &bundle)[..], [Refusal::NotUnicode { .. }]));
}

#[test]
fn what_can_not_be_read_is_an_error() {
    let (folder, root) = model();
    let bundle = ModelFiles::at(&root).sign(&key()).unwrap().to_json().unwrap();
    let nowhere = ModelFiles::at(folder.path().join("nowhere"));
    for error in [
        nowhere.verify(bundle.as_bytes(), &key().public_key()).unwrap_err(),
        nowhere.sign(&key()).unwrap_err(),
    ] {
        assert!(matches!(error, Error::NotFound { what: "model", .. }), "{error}");
    }
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    assert!(matches!(ModelFiles::at(&empty).sign(&key()), Err(Error::Invalid { .. })));
    // One bundle is read before any file is.
    let forged = nowhere.verify(b"{}", &key().public_key()).unwrap();
    assert!(matches!(&forged.refusals[..], [Refusal::Malformed { .. }]), "{forged:?}");
}

#[test]
fn absurd_sizes_are_refused() {
    let (_folder, root) = model();
    fs::write(root.join("large"), vec![0; 300_000]).unwrap();
    let one = NonZeroU64::new(1).unwrap();
    let error = ModelFiles::at(&root).in_shards(one).sign(&key()).unwrap_err();
    assert!(error.to_string().contains("at most 200000"), "{error}");
    let (few, colon) = (ModelFiles::at(&root).in_shards(NonZeroU64::new(1000).unwrap()), root.join("a:b"));
    let bundle = few.sign(&key()).unwrap();
    assert_eq!(refusals(&few, &bundle), []);
    fs::write(root.join("large"), vec![0; 3_000_000]).unwrap();
    assert!(
        matches!(&refusals(&few, &bundle)[..], [Refusal::Shards { signed: 303, found: 3003 }]),
        "{:?}",
        refusals(&few, &bundle)
    );
    fs::write(colon, "x").unwrap();
    assert!(few.sign(&key()).unwrap_err().to_string().contains("without a colon"));
    let huge = ModelFiles::at(&root).verify(&vec![b' '; 65 << 20], &key().public_key()).unwrap();
    assert!(matches!(&huge.refusals[..], [Refusal::Malformed { .. }]));
}

type Tree = BTreeMap<String, Vec<u8>>;

fn trees() -> impl Strategy<Value = Tree> {
    let name = prop_oneof!["[ab]", "[ab]/[cd]", "e/[cd]/[ab]", "[fg][.-][ab]"];
    prop::collection::btree_map(name, prop::collection::vec(0..3_u8, 0..9), 1..6)
        // A name can't be that of a file and of a folder.
        .prop_map(|tree| {
            let names: Vec<String> = tree.keys().cloned().collect();
            let is_folder = |name: &String| names.iter().any(|other| other.starts_with(&format!("{name}/")));
            tree.into_iter().filter(|(name, _)| !is_folder(name)).collect()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// Against the obvious: two trees are one if their names and bytes are.
    #[test]
    fn a_tree_is_accepted_if_it_is_the_one_that_was_signed(
        signed in trees(), found in trees(), same in any::<bool>(), shard in 0..5_u64, threads in 1..4_usize,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("m");
        write(&root, &signed);
        let mut files = ModelFiles::at(&root).threads(NonZeroUsize::new(threads).unwrap());
        // In shards, empty files don't count.
        let counts = |tree: &Tree| -> Tree {
            tree.iter().filter(|(_, bytes)| shard == 0 || !bytes.is_empty()).map(|(name, bytes)| (name.clone(), bytes.clone())).collect()
        };
        if let Some(shard) = NonZeroU64::new(shard) {
            files = files.in_shards(shard);
        }
        prop_assume!(!counts(&signed).is_empty());
        let bundle = files.sign(&key()).unwrap();
        let found = if same { signed.clone() } else { found };
        write(&root, &found);
        let refusals = refusals(&ModelFiles::at(&root), &bundle);
        let (signed, found) = (counts(&signed), counts(&found));
        prop_assert_eq!(refusals.is_empty(), signed == found, "{:?}", refusals);
        if shard == 0 {
            let names: Vec<_> = signed.keys().chain(found.keys()).collect();
            let mut different: Vec<_> = names.into_iter().filter(|name| signed.get(*name) != found.get(*name)).collect();
            different.sort();
            different.dedup();
            prop_assert_eq!(refusals.len(), different.len(), "{:?}", refusals);
        }
    }
}
