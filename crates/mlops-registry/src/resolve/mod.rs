//! Which version a reference means, asked for every request that is served.

mod resolver;

pub use resolver::Resolver;
