//! Do vectors, such as the embeddings of images or texts, lie where they did, and do they
//! still lie around their centroid as they did?

mod centroid;
mod compare;
mod drift;
mod read;
mod shape;

pub use compare::VectorTest;
pub use drift::{CentroidDrift, Moved, ShapeDrift, VectorDrift};
pub use read::Vectors;
