//! A secret comes from where it is kept, and is shown nowhere.

use std::fs;
use std::path::Path;

use mlops_registry::Error;
use mlops_registry::merkle::{Ed25519Signer, Signer as _};
use mlops_registry::secret::{EnvironmentSecrets, FolderSecrets, MemorySecrets, Secret, SecretSource};
use tempfile::TempDir;

const VALUE: &str = "correct horse battery staple";

fn keep(folder: &Path, name: &str, value: &[u8], mode: u32) {
    let path = folder.join(name);
    fs::write(&path, value).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = mode;
}

fn kept(value: &[u8]) -> (TempDir, FolderSecrets) {
    let folder = tempfile::tempdir().unwrap();
    keep(folder.path(), "key", value, 0o600);
    let secrets = FolderSecrets::new(folder.path());
    (folder, secrets)
}

#[test]
fn it_is_stars_wherever_it_is_shown() {
    let secret = Secret::new(VALUE);
    assert_eq!(format!("{secret} {secret:?} {:#?}", Some(&secret)), "*** *** Some(\n    ***,\n)");
    assert_eq!(serde_json::to_string(&vec![secret.clone()]).unwrap(), r#"["***"]"#);
    assert_eq!(secret.expose_text().unwrap(), VALUE);
    let bytes = Secret::new([0xff, 0xfe]);
    let error = bytes.expose_text().unwrap_err();
    assert_eq!(error.to_string(), r#"secret "***" is not valid: expected text in UTF-8"#);
    let source = MemorySecrets::default().with("key", VALUE).unwrap();
    assert!(!format!("{source:?}").contains("horse"));
}

#[test]
fn a_line_break_at_the_end_of_a_file_is_not_part_of_it() {
    for (file, expected) in [
        (&b"abc"[..], &b"abc"[..]),
        (b"abc\n", b"abc"),
        (b"abc\r\n", b"abc"),
        (b"abc\n\n", b"abc\n"),
        (b" abc \n", b" abc "),
        (b"a\nb", b"a\nb"),
        (&[0xff, 0x00], &[0xff, 0x00]),
    ] {
        let (_folder, secrets) = kept(file);
        assert_eq!(secrets.secret("key").unwrap().expose(), expected);
    }
}

#[test]
fn a_file_that_was_changed_is_read_again() {
    let (folder, secrets) = kept(b"one");
    assert_eq!(secrets.secret("key").unwrap().expose(), b"one");
    keep(folder.path(), "key", b"two", 0o600);
    assert_eq!(secrets.secret("key").unwrap().expose(), b"two");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_touch_is_refused() {
    for mode in [0o640, 0o604, 0o620, 0o610, 0o644, 0o666, 0o601] {
        let folder = tempfile::tempdir().unwrap();
        keep(folder.path(), "key", VALUE.as_bytes(), mode);
        match FolderSecrets::new(folder.path()).secret("key") {
            Err(Error::Invalid { field: "permissions of the file of a secret", value, .. }) => {
                assert!(value.starts_with(&format!("{mode:04o}")), "{value}");
                assert!(!value.contains("horse"));
            }
            other => panic!("{mode:o}: {other:?}"),
        }
    }
    for mode in [0o600, 0o400] {
        let folder = tempfile::tempdir().unwrap();
        keep(folder.path(), "key", VALUE.as_bytes(), mode);
        FolderSecrets::new(folder.path()).secret("key").unwrap();
    }
}

#[test]
fn what_is_no_secret_is_told_by_its_name() {
    let (folder, secrets) = kept(b"");
    fs::create_dir(folder.path().join("folder")).unwrap();
    keep(folder.path(), "line", b"\n", 0o600);
    keep(folder.path(), "large", &vec![b'x'; 64 * 1024 + 1], 0o600);
    assert!(matches!(secrets.secret("key"), Err(Error::Invalid { field: "size of a secret", .. })));
    assert!(matches!(secrets.secret("line"), Err(Error::Invalid { field: "size of a secret", .. })));
    assert!(matches!(secrets.secret("large"), Err(Error::Invalid { field: "size of a secret", .. })));
    assert!(matches!(secrets.secret("folder"), Err(Error::Invalid { field: "place of a secret", .. })));
    assert!(matches!(secrets.secret("none"), Err(Error::NotFound { what: "secret", .. })));
    let sources: [&dyn SecretSource; 3] =
        [&secrets, &MemorySecrets::default(), &EnvironmentSecrets::new("MLOPS_")];
    for source in sources {
        for name in ["", "../key", "a/b", "/etc/passwd", ".key", "..", "a\0b", "a b", "ä", &"x".repeat(129)]
        {
            let result = source.secret(name);
            assert!(matches!(result, Err(Error::Invalid { field: "name of a secret", .. })), "{result:?}");
        }
        assert!(matches!(source.secret("nobody-has-this"), Err(Error::NotFound { .. })));
    }
}

#[test]
fn the_environment_has_them_in_capitals() {
    // Set by cargo for every test.
    let secrets = EnvironmentSecrets::new("CARGO_");
    assert_eq!(secrets.secret("pkg-name").unwrap().expose_text().unwrap(), "mlops-registry");
    let missing = secrets.secret("no.such-thing").unwrap_err();
    assert_eq!(missing.to_string(), r#"secret "CARGO_NO__2ESUCH_THING" is not there"#);
    assert!(matches!(EnvironmentSecrets::new("A=").secret("b"), Err(Error::NotFound { .. })));
}

#[test]
fn a_signer_is_made_of_one() {
    let expected = Ed25519Signer::from_seed(&[0xab; 32]).public_key();
    for seed in [vec![0xab; 32], b"ab".repeat(32), b"Ab".repeat(32)] {
        let source = MemorySecrets::default().with("key", seed).unwrap();
        assert_eq!(Ed25519Signer::from_secret(&source, "key").unwrap().public_key(), expected);
    }
    let (_folder, file) = kept(&[&b"ab".repeat(32)[..], b"\n"].concat());
    assert_eq!(Ed25519Signer::from_secret(&file, "key").unwrap().public_key(), expected);
    for seed in [b"ab".repeat(31), b"ag".repeat(32), vec![1; 33], b"+a".repeat(32)] {
        let source = MemorySecrets::default().with("key", seed.clone()).unwrap();
        let error = Ed25519Signer::from_secret(&source, "key").unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "signing key \"{} bytes in key\" is not valid: expected a seed of 32 bytes, or 64 hexadecimal digits",
                seed.len()
            )
        );
    }
    let none = Ed25519Signer::from_secret(&MemorySecrets::default(), "key");
    assert!(matches!(none, Err(Error::NotFound { what: "secret", .. })), "{none:?}");
}
