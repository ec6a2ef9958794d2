use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::lightgbm::LightGbm;
use crate::xgboost::XgBoost;
use crate::{Error, Model, Result};

/// How a model file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ModelFormat {
    /// The text that LightGBM's `save_model` writes (`version=v2` to `v4`).
    #[serde(rename = "lightgbm_text")]
    LightGbmText,
    /// The JSON that XGBoost's `save_model("….json")` writes, since 1.0.
    #[serde(rename = "xgboost_json")]
    XgBoostJson,
}

impl ModelFormat {
    /// The name that stands in configurations: `lightgbm_text`, `xgboost_json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LightGbmText => "lightgbm_text",
            Self::XgBoostJson => "xgboost_json",
        }
    }

    /// The format that `bytes` begin like. Their beginning only: reading them may still fail.
    ///
    /// # Errors
    /// [`Error::UnknownFormat`] if they begin like none.
    pub fn detect(bytes: &[u8]) -> Result<Self> {
        let unknown = |reason: &str| Error::UnknownFormat { file: None, reason: reason.to_owned() };
        let text = bytes.trim_ascii_start();
        let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
        if first_line == b"tree" {
            return Ok(Self::LightGbmText);
        }
        match text {
            [] => Err(unknown("it is empty")),
            [b'{', rest @ ..] => match rest.trim_ascii_start().first() {
                Some(b'"' | b'}') => Ok(Self::XgBoostJson),
                _ => Err(unknown("it begins like UBJSON, not like JSON")),
            },
            _ => Err(unknown("it begins neither with `tree` (LightGBM text) nor with `{` (XGBoost JSON)")),
        }
    }

    /// The model that `bytes` are.
    ///
    /// # Errors
    /// [`Error::Malformed`] if they are damaged, [`Error::Unsupported`] if the model needs
    /// what its runtime does not do.
    pub fn read(self, bytes: &[u8]) -> Result<Arc<dyn Model>> {
        Ok(match self {
            Self::LightGbmText => Arc::new(LightGbm::from_bytes(bytes)?),
            Self::XgBoostJson => Arc::new(XgBoost::from_bytes(bytes)?),
        })
    }
}

impl fmt::Display for ModelFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LightGbmText => "LightGBM text model",
            Self::XgBoostJson => "XGBoost JSON model",
        })
    }
}

impl FromStr for ModelFormat {
    type Err = Error;

    /// Reads [`name`](Self::name).
    fn from_str(name: &str) -> Result<Self> {
        [Self::LightGbmText, Self::XgBoostJson].into_iter().find(|format| format.name() == name).ok_or_else(
            || Error::UnknownFormat {
                file: None,
                reason: format!("{name:?} is neither `lightgbm_text` nor `xgboost_json`"),
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_tells_the_format() {
        for (bytes, format) in [
            (&b"tree\nversion=v4\n"[..], Some(ModelFormat::LightGbmText)),
            (b"tree\r\nversion=v4\r\n", Some(ModelFormat::LightGbmText)),
            (b"{\"learner\":", Some(ModelFormat::XgBoostJson)),
            (b" {\n \"version\"", Some(ModelFormat::XgBoostJson)),
            (b"{L\0\0\0\0\0\0\0\x07learner", None),
            (b"trees\n", None),
            (b"\0\0\0\0", None),
            (b"", None),
        ] {
            assert_eq!(ModelFormat::detect(bytes).ok(), format, "{bytes:?}");
        }
    }

    #[test]
    fn a_name_is_read_back() {
        for format in [ModelFormat::LightGbmText, ModelFormat::XgBoostJson] {
            assert_eq!(format.name().parse::<ModelFormat>().unwrap(), format);
            assert_eq!(serde_json::to_string(&format).unwrap(), format!("{:?}", format.name()));
        }
        assert!("onnx".parse::<ModelFormat>().is_err());
    }
}
