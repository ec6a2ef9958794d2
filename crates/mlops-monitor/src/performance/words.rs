use mlops_core::Window;

use super::Performance;
use crate::Sample;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Performance {
    /// Mean score and positive rate in a sentence for a person; `rate` names the latter, such as `late rate`.
    ///
    /// `flight-delay 1.0.0, April 2013: mean score 0.259 is 0.029 below the late rate 0.288 (27,578 labels)`
    pub fn gap_in_words(&self, rate: &str) -> String {
        let head = format!("{} {}, {}", self.model(), self.version(), window_in_words(self.window()));
        let (Some(score), Some(positive)) = (self.mean_score(), self.positive_rate()) else {
            return format!("{head}: no labels");
        };
        let gap = score - positive;
        let side = if gap < 0.0 { "below" } else { "above" };
        let labels = grouped(self.counts().labelled);
        format!(
            "{head}: mean score {score:.3} is {:.3} {side} the {rate} {positive:.3} ({labels} labels)",
            gap.abs()
        )
    }

    /// |mean score − positive rate| as a sample for an alert rule, with `model_name` and
    /// `model_version` as labels, the count of labels, and the words of
    /// [`gap_in_words`](Self::gap_in_words). Without labels the value is NaN and the count 0.
    pub fn gap_sample(&self, rate: &str) -> Sample {
        Sample::new(self.gap().map_or(f64::NAN, f64::abs))
            .label("model_name", self.model().as_str())
            .label("model_version", &self.version().to_string())
            .count(self.counts().labelled)
            .words(self.gap_in_words(rate))
    }
}

/// A month by its name, any other window by its ends.
pub(crate) fn window_in_words(window: Window) -> String {
    let from = window.from().to_string();
    let month = from.get(5..7).and_then(|month| month.parse::<usize>().ok());
    match month.and_then(|month| MONTHS.get(month.checked_sub(1)?)) {
        Some(name) if window.is_month() => format!("{name} {}", &from[..4]),
        _ => window.to_string(),
    }
}

/// A whole number in groups of three digits.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_have_words() {
        let at = |text: &str| text.parse().unwrap();
        assert_eq!(window_in_words(Window::month_of(at("2013-12-31"))), "December 2013");
        assert_eq!(window_in_words(Window::month_of(at("0000-01-31"))), "January 0000");
        assert_eq!(window_in_words(Window::day_of(at("2013-04-01"))), "2013-04-01 until 2013-04-02");
    }

    #[test]
    fn digits_stand_in_groups() {
        let seen: Vec<String> = [0, 999, 1_000, 27_578, 1_234_567].map(grouped).into();
        assert_eq!(seen, ["0", "999", "1,000", "27,578", "1,234,567"]);
    }
}
