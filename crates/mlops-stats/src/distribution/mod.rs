//! Distributions that tests refer to: how likely a value is exceeded, and which value is
//! exceeded with a given chance, accurate relative to themselves also far out.

mod beta;
mod chi_square;
mod normal;
mod student;

pub(crate) use beta::{incomplete_beta, incomplete_beta_inverse};
pub(crate) use chi_square::{chi_square_sf, f_sf};
pub(crate) use normal::{normal_isf, normal_sf};
pub(crate) use student::{student_isf, student_sf};
