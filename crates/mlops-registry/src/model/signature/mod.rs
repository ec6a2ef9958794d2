//! What a model takes and gives: the columns or tensors of its inputs and outputs.
//!
//! Two signatures differ by [`SchemaChange`]s, and each asks for a [`Bump`] of the version:
//!
//! | change since the version before | bump |
//! | --- | --- |
//! | an input removed, of another type or shape, required now or no longer, new and required | MAJOR |
//! | an output added, removed, of another type or shape, or in another place | MAJOR |
//! | a parameter of the call removed, or of another type or shape | MAJOR |
//! | no signature any more, where there was one | MAJOR |
//! | an input that is new and optional | MINOR |
//! | a parameter of the call that is new, or has another default | MINOR |
//! | nothing of these; named inputs in another order | any |
//!
//! MAJOR means MAJOR also before 1.0.0.

mod change;
mod field;
mod mlflow;
mod schema;

pub use change::{Bump, ChangeKind, SchemaChange, SchemaPart};
pub use field::{Field, FieldType, ParamSpec};
pub use schema::Signature;
