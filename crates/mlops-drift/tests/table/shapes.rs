//! Tables of columns as they come in practice, drawn by one rule, with or without one that moved.
//! The bench `false_alarms` draws the same.

use super::Random;

/// What the values of a column look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Bell-shaped.
    Normal,
    /// Amounts: lognormal.
    Skewed,
    /// Student's t of three degrees of freedom: now and then a value far out.
    Heavy,
    /// So heavy a tail that there is no mean: Cauchy.
    Wild,
    /// Whole hours of a day: every value many times.
    Hours,
    /// Five grades: hardly anything but ties.
    Grades,
    /// Nine of ten are zero.
    MostlyZero,
    /// Bell-shaped, one of five missing.
    WithGaps,
    /// A code of two.
    TwoCodes,
    /// A code of forty, the last ones rare.
    FortyCodes,
    /// A code of a thousand, nearly all of them rare; one of a hundred missing.
    RareCodes,
}

impl Shape {
    pub(crate) const NUMBERS: [Self; 8] = [
        Self::Normal,
        Self::Skewed,
        Self::Heavy,
        Self::Wild,
        Self::Hours,
        Self::Grades,
        Self::MostlyZero,
        Self::WithGaps,
    ];
    pub(crate) const CODES: [Self; 3] = [Self::TwoCodes, Self::FortyCodes, Self::RareCodes];

    pub(crate) fn is_code(self) -> bool {
        Self::CODES.contains(&self)
    }

    /// A value; NaN is a missing one.
    fn draw(self, random: &mut Random) -> f64 {
        let missing = |share: f64, random: &mut Random| random.unit() < share;
        match self {
            Self::WithGaps if missing(0.2, random) => f64::NAN,
            Self::Normal | Self::WithGaps => normal(random),
            Self::Skewed => normal(random).exp(),
            Self::Heavy => {
                let spread: f64 = (0..3).map(|_| normal(random).powi(2)).sum();
                normal(random) / (spread / 3.0).sqrt()
            }
            Self::Wild => normal(random) / normal(random),
            Self::Hours => random.below(24) as f64,
            Self::Grades => (random.below(3) + random.below(3)) as f64,
            Self::MostlyZero => (random.unit() - 0.9).max(0.0),
            Self::TwoCodes => f64::from(random.unit() < 0.3),
            Self::FortyCodes => (random.unit().powi(3) * 40.0).floor(),
            Self::RareCodes if missing(0.01, random) => f64::NAN,
            Self::RareCodes => (random.unit().powi(3) * 1_000.0).floor(),
        }
    }

    /// A value that has moved: half a standard deviation up (of a wild shape, which has
    /// none, half the distance between median and quartile), or for a code one of four rows
    /// that take the first code whatever they had.
    fn draw_moved(self, random: &mut Random) -> f64 {
        let value = self.draw(random);
        let half = match self {
            Self::Normal | Self::WithGaps | Self::Wild => 0.5,
            Self::Skewed => 1.080_6,
            Self::Heavy => 0.866,
            Self::Hours => 3.461,
            Self::Grades => 0.577_4,
            Self::MostlyZero => 0.008_9,
            Self::TwoCodes | Self::FortyCodes | Self::RareCodes => {
                return if random.unit() < 0.25 { 0.0 } else { value };
            }
        };
        value + half
    }
}

/// Rows of so many columns, the shapes in turn.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) names: Vec<String>,
    /// Row after row.
    values: Vec<f64>,
}

impl Drawn {
    /// With `moved`, the last column has moved.
    pub(crate) fn new(
        shapes: &[Shape],
        columns: usize,
        rows: usize,
        moved: bool,
        random: &mut Random,
    ) -> Self {
        let values = (0..rows * columns).map(|at| {
            let column = at % columns;
            let shape = shapes[column % shapes.len()];
            if moved && column + 1 == columns { shape.draw_moved(random) } else { shape.draw(random) }
        });
        Self { values: values.collect(), names: names(columns) }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.names.len())
    }
}

fn names(columns: usize) -> Vec<String> {
    (0..columns).map(|column| format!("column {column}")).collect()
}

/// The names of the columns that hold codes.
pub(crate) fn codes(shapes: &[Shape], columns: usize) -> Vec<String> {
    let is_code = |column: &usize| shapes[column % shapes.len()].is_code();
    let all = names(columns);
    (0..columns).filter(is_code).map(|column| all[column].clone()).collect()
}

/// A normal number by the polar method.
pub(crate) fn normal(random: &mut Random) -> f64 {
    loop {
        let (a, b) = (random.unit() * 2.0 - 1.0, random.unit() * 2.0 - 1.0);
        let square: f64 = a * a + b * b;
        if square > 0.0 && square < 1.0 {
            return a * (-2.0 * square.ln() / square).sqrt();
        }
    }
}
