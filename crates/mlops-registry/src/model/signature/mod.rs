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
//!
//! A version that is registered makes up to two steps, and each must suffice: from the latest
//! release of the same or lower precedence to it and, if it is a release, from it to the next
//! release that is registered already. So 1.5.0 between 1.4.0 and 1.6.0 keeps what 1.4.0 takes,
//! and takes nothing that 1.6.0 no longer does: whoever goes from any version to a later one of
//! the same MAJOR goes on working. Lines of different MAJOR promise each other nothing: 1.9.1
//! beside 2.0.0 is free in that direction. One before a release (`2.0.0-rc.1`) promises nothing
//! either: it follows the release below it, and no version is compared with it.

mod change;
mod field;
mod mlflow;
mod schema;

pub use change::{Bump, ChangeKind, SchemaChange, SchemaPart};
pub use field::{Field, FieldType, ParamSpec};
pub use schema::Signature;
