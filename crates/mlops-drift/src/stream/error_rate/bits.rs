//! Errors as a text of `0` and `1`: a list of them would be five times as long.

use std::collections::VecDeque;

use serde::{Deserialize, Deserializer, Serializer, de};

pub(super) fn serialize<S: Serializer>(bits: &VecDeque<bool>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&bits.iter().map(|bit| if *bit { '1' } else { '0' }).collect::<String>())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<VecDeque<bool>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bit = |place| match place {
        '0' => Ok(false),
        '1' => Ok(true),
        other => Err(de::Error::custom(format!("{other:?} is neither 0 nor 1"))),
    };
    text.chars().map(bit).collect()
}
