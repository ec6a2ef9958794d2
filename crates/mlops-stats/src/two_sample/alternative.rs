/// In which direction the first sample may differ from the second.
///
/// What `Less` and `Greater` compare is the test's to say: means, ranks, or distribution
/// functions (where the sample with the *smaller* values lies *above*).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth direction")]
pub enum Alternative {
    /// In either direction.
    #[default]
    TwoSided,
    /// The first is less than the second.
    Less,
    /// The first is greater than the second.
    Greater,
}
