//! A classic stream whose concept drifts, and a model that does not know it.

use mlops::drift::performance::Predictions;

use crate::Result;

/// The limit that the sum of the first two inputs may not exceed, in each quarter of the stream.
pub const LIMITS: [f64; 4] = [8.0, 9.0, 7.0, 9.5];

/// One of ten labels is wrong.
const NOISE: f64 = 0.1;

/// What is known of a case, and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case {
    /// Three numbers between 0 and 10; the third says nothing.
    pub inputs: [f64; 3],
    /// Whether it belongs to the class.
    pub label: bool,
}

/// The SEA concepts of Street and Kim (*A streaming ensemble algorithm*, KDD 2001): a case
/// belongs to the class while `a + b ≤ limit`, and the limit changes without a word. The inputs
/// never change.
pub fn sea(cases: usize, seed: u64) -> Vec<Case> {
    let mut state = seed;
    // Vigna's SplitMix64: the same stream on every machine.
    let mut random = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let case = |place: usize| {
        let inputs = [10.0 * random(), 10.0 * random(), 10.0 * random()];
        let limit = LIMITS[(place * LIMITS.len() / cases).min(LIMITS.len() - 1)];
        let label = (inputs[0] + inputs[1] <= limit) != (random() < NOISE);
        Case { inputs, label }
    };
    (0..cases).map(case).collect()
}

/// A logistic regression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Logistic {
    weights: [f64; 3],
    bias: f64,
}

impl Logistic {
    /// Learns from these cases by stochastic gradient descent, in smaller and smaller steps.
    pub fn learn(cases: &[Case]) -> Self {
        let mut model = Self { weights: [0.0; 3], bias: 0.0 };
        for round in 0..20 {
            let step = 0.1 / f64::from(1 + round);
            for case in cases {
                let wrong = model.score(&case.inputs) - f64::from(u8::from(case.label));
                for (weight, input) in model.weights.iter_mut().zip(case.inputs) {
                    *weight -= step * wrong * (input - 5.0) / 5.0;
                }
                model.bias -= step * wrong;
            }
        }
        model
    }

    /// How likely the case belongs to the class.
    pub fn score(&self, inputs: &[f64; 3]) -> f64 {
        let terms = self.weights.iter().zip(inputs).map(|(weight, input)| weight * (input - 5.0) / 5.0);
        1.0 / (1.0 + f64::exp(-(self.bias + terms.sum::<f64>())))
    }

    /// Whether it takes the case to be of the class.
    pub fn predicts(&self, inputs: &[f64; 3]) -> bool {
        self.score(inputs) >= 0.5
    }

    /// What it says of these cases, and what became of them.
    ///
    /// # Errors
    /// None: as many scores as labels, and numbers all.
    pub fn predictions(&self, cases: &[Case]) -> Result<Predictions> {
        let scores: Vec<f64> = cases.iter().map(|case| self.score(&case.inputs)).collect();
        let predicted = cases.iter().map(|case| self.predicts(&case.inputs));
        Ok(Predictions::binary(scores)?.predicted(predicted)?.actual(cases.iter().map(|case| case.label))?)
    }
}
