use std::collections::{BTreeMap, HashSet};

use arrow_array::RecordBatch;
use mlops_stats::Random;
use mlops_stats::interval::Interval;
use mlops_stats::two_sample::Sample;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::linear::Linear;
use super::ngrams::{features, words};
use crate::classifier::{AucRule, FoldedAuc, folds, quantile, sampled};
use crate::report::{ColumnDrift, Comparison, Magnitude};
use crate::rows::{MISSING, RowValues};
use crate::{Columns, DriftTest as _, Error, Measurement, Pair, Result, Rows, ShiftTest};

/// Compares two columns of text, and says from when on a difference matters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct TextTest {
    /// From how many standard deviations on a shift of the length in characters matters; 0.5.
    pub length: f64,
    /// From how much more on a share of unknown words matters, at the least it may be; 0.05.
    pub out_of_vocabulary: f64,
    /// From how much above 0.5 on the classifier's area matters, at the least it may be; 0.1.
    pub auc: f64,
    /// The confidence of the intervals; 0.95.
    pub level: f64,
    /// So many folds has the classifier; 5.
    pub folds: usize,
    /// So many texts a side are looked at, drawn at random; 5,000.
    pub max_rows: usize,
    /// Of the drawing and the folds.
    pub seed: u64,
}

impl Default for TextTest {
    fn default() -> Self {
        Self {
            length: 0.5,
            out_of_vocabulary: 0.05,
            auc: 0.1,
            level: 0.95,
            folds: 5,
            max_rows: 5_000,
            seed: 7,
        }
    }
}

/// What became of a column of text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TextDrift {
    /// How far the length in characters moved.
    pub length: Comparison,
    /// Words that were not known.
    pub out_of_vocabulary: OutOfVocabulary,
    /// How often the classifier takes a current text for a current one rather than one of the
    /// reference; 0.5 if nothing tells them apart.
    pub auc: f64,
    /// Between what it lies.
    pub auc_interval: Interval,
    /// How likely so large an area is if nothing tells them apart.
    pub auc_p_value: f64,
    /// The words that became more frequent, or less, most certain first.
    pub words: Vec<String>,
    /// How much of it matters: the most of the three.
    pub magnitude: Magnitude,
    /// The answer in words.
    pub reason: String,
    settings: TextTest,
}

/// Words that the vocabulary does not have. It is that of a random half of the reference;
/// the other half says how many unknown words are usual.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutOfVocabulary {
    /// Their share in the other half of the reference.
    pub reference: f64,
    /// Their share now.
    pub current: f64,
    /// Between what the difference lies. Texts are taken as independent, words are not.
    pub difference: Interval,
    /// How much it matters.
    pub magnitude: Magnitude,
}

impl TextTest {
    /// Compares the texts of both sides. `None` and texts without a word are left out.
    ///
    /// Texts are taken as independent. The same seed gives the same answer, whatever the
    /// number of threads.
    ///
    /// Cost: `O(characters)` a fold; each text's n-grams are kept.
    ///
    /// ```
    /// use mlops_drift::Magnitude;
    /// use mlops_drift::text::TextTest;
    /// let review = |what: &str, row: usize| {
    ///     let (verdict, owner) = (["good", "bad", "fine"][row % 3], ["my", "our"][row % 2]);
    ///     format!("{owner} {what} is {verdict}, really {verdict}, after {} days", row % 7)
    /// };
    /// let before: Vec<String> = (0..120).map(|row| review("kettle", row)).collect();
    /// let after: Vec<String> = (0..120).map(|row| review("toaster", row)).collect();
    /// let texts = |texts: &'_ [String]| texts.iter().cloned().map(Some).collect::<Vec<_>>();
    /// let found = TextTest::default().compare(&texts(&before), &texts(&after))?;
    /// assert_eq!(found.magnitude, Magnitude::Material);
    /// assert!(found.auc > 0.99 && found.words.contains(&"toaster".to_owned()));
    /// assert_eq!(TextTest::default().compare(&texts(&before), &texts(&before))?.magnitude, Magnitude::None);
    /// # Ok::<(), mlops_drift::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] if one is outside its range, [`Error::Empty`] without texts,
    /// [`Error::Undefined`] with fewer than four texts a fold on a side.
    pub fn compare<T: AsRef<str>>(
        &self,
        reference: &[Option<T>],
        current: &[Option<T>],
    ) -> Result<TextDrift> {
        let rule = self.rule()?;
        let (r, c) = (self.texts(reference, 0), self.texts(current, 1));
        rule.enough(r.len(), c.len())?;
        let length = self.length(&r, &c)?;
        let out_of_vocabulary = self.out_of_vocabulary(&r, &c);
        let auc = self.classify(&r, &c);
        let judged = rule.judge(&auc);
        let magnitude = length.magnitude.max(out_of_vocabulary.magnitude).max(judged.magnitude);
        let words = telling(&r, &c);
        let mut reason = judged.reason;
        if judged.magnitude != Magnitude::None && !words.is_empty() {
            reason = format!("{reason}, most by the words {}", words.join(", "));
        }
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        if out_of_vocabulary.magnitude != Magnitude::None {
            let OutOfVocabulary { reference, current, .. } = out_of_vocabulary;
            reason = format!("{reason}; unknown words {} → {}", percent(reference), percent(current));
        }
        if length.magnitude != Magnitude::None {
            reason = format!("{reason}; length moved by {:.2} {}", length.effect, length.unit);
        }
        Ok(TextDrift {
            length,
            out_of_vocabulary,
            auc: auc.value(),
            auc_interval: judged.interval,
            auc_p_value: auc.p_value(),
            words,
            magnitude,
            reason,
            settings: *self,
        })
    }

    /// Compares a column of two tables.
    ///
    /// A function of its own, and not a kind of column of a [`Window`](crate::Window): a window
    /// counts each text as a category and forgets which words stood in one text. Put the answer
    /// into a report by [`DriftReport::beside`](crate::DriftReport::beside).
    ///
    /// # Errors
    /// As [`compare`](Self::compare), and [`Error::Schema`] if the column is missing or no text.
    pub fn compare_batches(
        &self,
        reference: &[RecordBatch],
        current: &[RecordBatch],
        column: &str,
    ) -> Result<TextDrift> {
        self.compare(&texts_of(reference, column)?, &texts_of(current, column)?)
    }

    fn rule(&self) -> Result<AucRule> {
        for (setting, value) in [("length", self.length), ("out_of_vocabulary", self.out_of_vocabulary)] {
            if value.is_nan() || value < 0.0 {
                return Err(Error::Setting { setting, value, expected: "at least 0" });
            }
        }
        AucRule::new(self.folds, self.auc, self.level, self.max_rows)
    }

    /// The texts that are looked at: their words, and their length in characters.
    fn texts<T: AsRef<str>>(&self, texts: &[Option<T>], stream: u64) -> Vec<Text> {
        let texts: Vec<Text> = texts.iter().flatten().filter_map(|text| Text::new(text.as_ref())).collect();
        let mut texts: Vec<Option<Text>> = texts.into_iter().map(Some).collect();
        let rows = sampled(texts.len(), self.max_rows, self.seed, stream);
        rows.into_iter().filter_map(|row| texts[row].take()).collect()
    }

    fn length(&self, reference: &[Text], current: &[Text]) -> Result<Comparison> {
        let sample = |texts: &[Text]| {
            let sample = Sample::new(texts.iter().map(|text| text.characters).collect());
            sample.map_err(|error| Error::undefined("length", error.to_string()))
        };
        let (r, c) = (sample(reference)?, sample(current)?);
        let test = ShiftTest::new(self.length);
        let measured = test.compare(&Pair::Numbers { reference: &r, current: &c })?;
        let mut found = Comparison::new("length", measured.named("length"));
        // One of the three questions that are asked of the column.
        found.adjusted_p_value = found.p_value.map(|p| (3.0 * p).min(1.0));
        found.judge(1.0 - self.level);
        Ok(found)
    }

    fn out_of_vocabulary(&self, reference: &[Text], current: &[Text]) -> OutOfVocabulary {
        let half = folds(reference.len(), 0, 2, self.seed);
        let of_half = |which: usize| -> Vec<&Text> {
            reference.iter().zip(&half).filter(|(_, half)| **half == which).map(|(text, _)| text).collect()
        };
        let known: HashSet<&str> =
            of_half(0).into_iter().flat_map(|text| text.words.iter().map(String::as_str)).collect();
        let (before, after) =
            (unknown(&of_half(1), &known), unknown(&current.iter().collect::<Vec<_>>(), &known));
        let difference = after.0 - before.0;
        let away = quantile(f64::midpoint(self.level, 1.0)) * (before.1 + after.1).sqrt();
        let interval = Interval { level: self.level, lower: difference - away, upper: difference + away };
        let magnitude = if interval.lower > self.out_of_vocabulary {
            Magnitude::Material
        } else if interval.lower > 0.0 {
            Magnitude::Slight
        } else {
            Magnitude::None
        };
        OutOfVocabulary { reference: before.0, current: after.0, difference: interval, magnitude }
    }

    fn classify(&self, reference: &[Text], current: &[Text]) -> FoldedAuc {
        let all: Vec<&Text> = reference.iter().chain(current).collect();
        let features: Vec<Vec<(u32, f64)>> = all.par_iter().map(|text| features(&text.words)).collect();
        let is_current: Vec<bool> = (0..all.len()).map(|row| row >= reference.len()).collect();
        let of_rows = folds(reference.len(), current.len(), self.folds, self.seed);
        let fold = |fold: usize| {
            let (tested, trained): (Vec<usize>, Vec<usize>) =
                (0..all.len()).partition(|row| of_rows[*row] == fold);
            let random = Random::replicate(self.seed, 4 + fold as u64);
            let model = Linear::fit(&features, &is_current, trained, random);
            let scores: Vec<f64> = tested.iter().map(|row| model.score(&features[*row])).collect();
            (tested.iter().map(|row| is_current[*row]).collect::<Vec<bool>>(), scores)
        };
        let scored: Vec<(Vec<bool>, Vec<f64>)> = (0..self.folds).into_par_iter().map(fold).collect();
        let mut auc = FoldedAuc::default();
        for (is_current, scores) in &scored {
            auc.add(is_current, scores);
        }
        auc
    }
}

impl TextDrift {
    /// The answer as a row of a report: what decides is the one of the three questions with the
    /// worst answer, the classifier's if they agree.
    #[must_use]
    pub fn as_column(&self, name: impl Into<String>) -> ColumnDrift {
        let classifier = AucRule { limit: self.settings.auc, ..AucRule::default() };
        let by_classifier = classifier.measurement("text_classifier", self.auc_interval, self.auc_p_value);
        let found = ColumnDrift::found(name, by_classifier, self.reason.clone());
        let worst = found.magnitude();
        if self.out_of_vocabulary.magnitude > worst
            && self.out_of_vocabulary.magnitude >= self.length.magnitude
        {
            let difference = self.out_of_vocabulary.difference;
            let unit = "of the words, unknown, more at the least";
            let measured = Measurement::new(difference.lower.max(0.0), unit, self.settings.out_of_vocabulary)
                .decided_by(crate::Decision::EffectAtLeast)
                .slight_from(f64::MIN_POSITIVE)
                .within(difference)
                .named("out_of_vocabulary");
            return ColumnDrift::found(found.name, measured, self.reason.clone());
        }
        if self.length.magnitude > worst {
            return found.decided_by(self.length.clone());
        }
        found
    }
}

/// A text that has a word.
#[derive(Clone, Debug)]
struct Text {
    words: Vec<String>,
    characters: f64,
}

impl Text {
    fn new(text: &str) -> Option<Self> {
        let words = words(text);
        (!words.is_empty()).then(|| Self { words, characters: text.chars().count() as f64 })
    }
}

/// The share of unknown words, and its variance over texts: a ratio of two sums.
///
/// # Source
/// Cochran, *Sampling Techniques* (1977), § 6.4.
fn unknown(texts: &[&Text], known: &HashSet<&str>) -> (f64, f64) {
    let of_text = |text: &&Text| {
        let unknown = text.words.iter().filter(|word| !known.contains(word.as_str())).count();
        (unknown as f64, text.words.len() as f64)
    };
    let counts: Vec<(f64, f64)> = texts.iter().map(of_text).collect();
    let all: f64 = counts.iter().map(|(_, words)| words).sum();
    let share = counts.iter().map(|(unknown, _)| unknown).sum::<f64>() / all;
    let squares: f64 = counts.iter().map(|(unknown, words)| (unknown - share * words).powi(2)).sum();
    let n = counts.len() as f64;
    (share, squares / (all * all) * n / (n - 1.0).max(1.0))
}

/// So many words are named.
const TELLING: usize = 5;
/// A word is named if its shares of texts are so many standard errors apart.
const CERTAIN: f64 = 4.0;

/// The words whose share of texts changed most certainly.
fn telling(reference: &[Text], current: &[Text]) -> Vec<String> {
    let mut texts_with: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (side, texts) in [reference, current].into_iter().enumerate() {
        for text in texts {
            for word in text.words.iter().map(String::as_str).collect::<HashSet<&str>>() {
                let counts = texts_with.entry(word).or_default();
                *(if side == 0 { &mut counts.0 } else { &mut counts.1 }) += 1.0;
            }
        }
    }
    let (n, m) = (reference.len() as f64, current.len() as f64);
    let certain = |(word, (r, c)): (&str, (f64, f64))| {
        let share = (r + c) / (n + m);
        let error = (share * (1.0 - share) * (1.0 / n + 1.0 / m)).sqrt();
        let z = if error > 0.0 { (c / m - r / n).abs() / error } else { 0.0 };
        (z >= CERTAIN).then(|| (z, word.to_owned()))
    };
    let mut found: Vec<(f64, String)> = texts_with.into_iter().filter_map(certain).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().take(TELLING).map(|(_, word)| word).collect()
}

fn texts_of(batches: &[RecordBatch], column: &str) -> Result<Vec<Option<String>>> {
    let mut narrow = Vec::new();
    for batch in batches {
        let place = batch.schema_ref().index_of(column);
        let only = place.and_then(|place| batch.project(&[place]));
        narrow.push(only.map_err(|_| Error::Schema {
            column: column.to_owned(),
            found: "missing".to_owned(),
            expected: "text".to_owned(),
        })?);
    }
    let rows = Rows::read(&narrow, &Columns::default())?;
    match rows.column(column).map(|column| &column.values) {
        Some(RowValues::Categories(texts)) => {
            let text =
                |code: &u32| if *code == MISSING { None } else { texts.names.get(*code as usize).cloned() };
            Ok(texts.codes.iter().map(text).collect())
        }
        None if narrow.is_empty() => Ok(Vec::new()),
        _ => Err(Error::Schema {
            column: column.to_owned(),
            found: "no text".to_owned(),
            expected: "text".to_owned(),
        }),
    }
}
