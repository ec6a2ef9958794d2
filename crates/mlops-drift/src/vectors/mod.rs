//! Do vectors, such as the embeddings of images or texts, lie where they did?

mod drift;
mod read;

pub use drift::{VectorDrift, VectorTest};
pub use read::Vectors;
