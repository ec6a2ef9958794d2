use mlops_stats::Random;

use super::ngrams::PLACES;

const EPOCHS: usize = 8;
const RATE: f64 = 0.5;
/// Draws the weights of what a text has towards 0.
const RIDGE: f64 = 1e-4;

/// A logistic regression on sparse features.
///
/// # Source
/// Steps of Duchi, Hazan and Singer, *Adaptive subgradient methods* (2011): a rare n-gram learns
/// as much from its few texts as a frequent one from its many.
#[derive(Clone, Debug)]
pub(super) struct Linear {
    weights: Vec<f64>,
    bias: f64,
}

impl Linear {
    /// Learns from these rows in an order drawn from `random`.
    pub(super) fn fit(
        features: &[Vec<(u32, f64)>],
        is_current: &[bool],
        mut rows: Vec<usize>,
        mut random: Random,
    ) -> Self {
        let share = rows.iter().filter(|row| is_current[**row]).count() as f64 / rows.len().max(1) as f64;
        let mut model = Self { weights: vec![0.0; PLACES], bias: 0.0 };
        let mut seen = vec![1e-8; PLACES];
        let mut seen_bias = 1e-8;
        for _ in 0..EPOCHS {
            for place in (1..rows.len()).rev() {
                rows.swap(place, random.index(place + 1));
            }
            for row in &rows {
                let chance = 1.0 / (1.0 + f64::exp(-model.score(&features[*row])));
                // Every class counts as much as the other.
                let error = if is_current[*row] {
                    (chance - 1.0) * 0.5 / share
                } else {
                    chance * 0.5 / (1.0 - share)
                };
                seen_bias += error * error;
                model.bias -= RATE * error / f64::sqrt(seen_bias);
                for (place, value) in &features[*row] {
                    let place = *place as usize;
                    let gradient = error * value + RIDGE * model.weights[place];
                    seen[place] += gradient * gradient;
                    model.weights[place] -= RATE * gradient / seen[place].sqrt();
                }
            }
        }
        model
    }

    /// The larger, the more a text looks like a current one.
    pub(super) fn score(&self, features: &[(u32, f64)]) -> f64 {
        self.bias + features.iter().map(|(place, value)| self.weights[*place as usize] * value).sum::<f64>()
    }
}
