//! Criterion groups over the public API of `mlops`: see the bench targets.
