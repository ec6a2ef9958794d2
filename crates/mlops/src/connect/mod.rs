//! Where two leaves meet: what one needs of another, without either knowing it.

mod online_lookup;

pub use online_lookup::OnlineLookup;
