use std::collections::BTreeMap;

use super::resources::{Method, Piece, Signed, Statement, shown};
use super::{Bundle, EcPublicKey, ModelFiles, Refusal, Verification, hash, python};
use crate::Result;
use crate::name::cut;
use crate::signing::{IN_TOTO, pae};

impl ModelFiles {
    /// Whether the files are as the holder of `key` has signed them. Nothing that the bundle
    /// says is looked into before its signature holds, and no file is read before that. Reads
    /// every file once, on all threads.
    ///
    /// What is in the folder may change later: whoever loads from it should be the only one
    /// who can write to it.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if there is no such model,
    /// [`Error::Unavailable`](crate::Error::Unavailable) if a file can't be read. All that
    /// speaks against the model is in the [`Verification`].
    pub fn verify(&self, bundle: &[u8], key: &EcPublicKey) -> Result<Verification> {
        let statement = match Bundle::from_json(bundle).and_then(|bundle| bundle.statement(key)) {
            Ok(statement) => statement,
            Err(refusal) => return Ok(Verification::refused(refusal)),
        };
        if let Some(twice) = statement.ambiguous.as_ref().filter(|_| !self.ambiguous) {
            return Ok(Verification::refused(Refusal::Ambiguous { name: twice.name() }));
        }
        let ignored = self.ignored_with(&statement.ignored);
        let all = ignored.iter().any(|ignored| ignored.as_str() == ".");
        if all && !self.ambiguous {
            return Ok(Verification::refused(Refusal::IgnoresAll));
        }
        let (files, mut refusals) = self.list(&ignored)?;
        let found = hash::count(&files, statement.method);
        let signed = statement.pieces.len();
        // Or else a shard of one byte would make as many pieces as the files have bytes.
        if matches!(statement.method, Method::Shards(_)) && found > signed as u64 * 2 + 1000 {
            refusals.push(Refusal::Shards { signed, found });
        } else {
            let algorithm = statement.method.algorithm();
            refusals.extend(compare(statement.pieces, self.hash(&files, statement.method)?, &algorithm));
        }
        Ok(Verification { refusals, model: Some(statement.model), compared: signed })
    }
}

/// In what the files are not as they were signed, in the order of their names.
fn compare(
    mut signed: BTreeMap<Piece, Signed>,
    found: Vec<(Piece, mlops_core::Digest)>,
    algorithm: &str,
) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for (piece, digest) in found {
        let name = piece.name();
        match signed.remove(&piece) {
            None => refusals.push(Refusal::Extra { name }),
            Some(signed) if signed.algorithm != algorithm => refusals.push(Refusal::Algorithm {
                name,
                algorithm: cut(&signed.algorithm),
                expected: algorithm.to_owned(),
            }),
            Some(signed) if signed.digest != digest.as_bytes() => refusals.push(Refusal::Changed {
                name,
                signed: shown(&signed.digest),
                found: digest.to_hex(),
            }),
            Some(_) => {}
        }
    }
    refusals.extend(signed.into_keys().map(|piece| Refusal::Missing { name: piece.name() }));
    refusals
}

impl Bundle {
    /// What was signed, if it was by the holder of `key`.
    fn statement(&self, key: &EcPublicKey) -> Result<Statement, Refusal> {
        let expected = key.id().to_hex();
        if let Some(found) = self.hint().filter(|hint| *hint != expected) {
            return Err(Refusal::OtherKey { expected, found: cut(found) });
        }
        let payload = self.unverified();
        let signed = |message: &[u8]| key.verifies(message, self.signature());
        if !signed(&pae(IN_TOTO, payload)) && !signed(&pae_compat(payload)) {
            return Err(Refusal::Forged);
        }
        if self.payload_type() != IN_TOTO {
            return Err(Refusal::PayloadType { found: cut(self.payload_type()) });
        }
        Statement::read(payload)
    }
}

/// What releases of the tool before 1.0 signed, by mistake: the payload as Python shows bytes.
/// It says the same of the same payload.
fn pae_compat(payload: &[u8]) -> Vec<u8> {
    let shown = python::repr(payload);
    format!("DSSEV1 {} {IN_TOTO} {} {shown}", IN_TOTO.len(), payload.len()).into_bytes()
}
