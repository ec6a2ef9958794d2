//! What is tried with bytes from anywhere; by the tests with some, by the fuzzer with any.

use mlops_validate::schema::{Bump, Evolution, Schema, View};

/// Reads bytes as a schema file. If they are one, it can be written, read back and compared.
pub(crate) fn read_schema(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for schema in [Schema::from_toml(text), Schema::from_json(text)].into_iter().flatten() {
        assert_eq!(Schema::from_toml(&schema.to_toml()).expect("what was read can be written"), schema);
        assert_eq!(Schema::from_json(&schema.to_json()).expect("what was read can be written"), schema);
        assert_eq!(Evolution::between(&schema, &schema).bump(View::Both), Bump::None);
        assert!(schema.check(&[]).is_ok());
    }
}
