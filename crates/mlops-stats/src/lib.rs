//! The numerics of mlops: classification metrics, paired block bootstrap, two-sample tests and distances
