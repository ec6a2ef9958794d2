use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, Instant};

use ndarray::Array2;

use super::memory::{MemoryMeter, ProcessMemory};
use crate::{Error, Result};

/// Says how long a call takes.
///
/// # Contract
/// `time` makes the call exactly once.
pub trait Timer: Sync {
    /// Makes the call and says how long it took.
    fn time(&self, call: &mut dyn FnMut()) -> Duration;
}

/// The monotonic clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct MonotonicTimer;

impl Timer for MonotonicTimer {
    fn time(&self, call: &mut dyn FnMut()) -> Duration {
        let start = Instant::now();
        call();
        start.elapsed()
    }
}

/// One prediction for one row of features.
type Predict<'a> = dyn Fn(&[f64]) -> Result<f64, Box<dyn StdError + Send + Sync>> + Sync + 'a;

/// A request of any form, by its number.
type Call<'a> = dyn Fn(u64) -> Result<(), Box<dyn StdError + Send + Sync>> + Sync + 'a;

/// How to call the model as a request would: one request, one answer.
pub struct Probe<'a> {
    asked: Asked<'a>,
    timer: &'a dyn Timer,
    memory: &'a dyn MemoryMeter,
}

enum Asked<'a> {
    Rows { predict: &'a Predict<'a>, rows: Array2<f64> },
    Calls(&'a Call<'a>),
}

impl<'a> Probe<'a> {
    /// Predicts these rows one by one, round and round, and looks at the machine's clock.
    /// An answer that is not finite is no answer.
    ///
    /// # Errors
    /// [`Error::Input`] without rows.
    pub fn new(predict: &'a Predict<'a>, rows: Array2<f64>) -> Result<Self> {
        if rows.nrows() == 0 {
            return Err(Error::input("rows of the latency probe", "there are none"));
        }
        let rows = if rows.is_standard_layout() { rows } else { rows.as_standard_layout().into_owned() };
        Ok(Self::of(Asked::Rows { predict, rows }))
    }

    /// Makes requests of another form: a batch, text, an image, a call over the wire. The
    /// closure is given the number of the call, from 0, and says whether it was answered.
    pub fn of_calls(call: &'a Call<'a>) -> Self {
        Self::of(Asked::Calls(call))
    }

    fn of(asked: Asked<'a>) -> Self {
        Self { asked, timer: &MonotonicTimer, memory: &ProcessMemory }
    }

    /// Takes the time from elsewhere: a test does not depend on the machine.
    #[must_use]
    pub fn timed_by(self, timer: &'a dyn Timer) -> Self {
        Self { timer, ..self }
    }

    /// Takes the memory from elsewhere: an accelerator, a server's process, a test.
    #[must_use]
    pub fn memory_by(self, memory: &'a dyn MemoryMeter) -> Self {
        Self { memory, ..self }
    }

    pub(super) fn resident_bytes(&self) -> Option<u64> {
        self.memory.resident_bytes()
    }

    /// One call: how long it took, or why it was not answered.
    pub(super) fn call(&self, number: u64) -> Result<Duration, String> {
        match &self.asked {
            Asked::Rows { predict, rows } => {
                let row = usize::try_from(number % rows.nrows() as u64).unwrap_or(0);
                let view = rows.row(row);
                let features = view.as_slice().expect("rows were brought into standard layout");
                let mut answer = Ok(f64::NAN);
                let took = self.timer.time(&mut || answer = std::hint::black_box(predict(features)));
                match answer {
                    Ok(score) if score.is_finite() => Ok(took),
                    Ok(score) => {
                        let score = mlops_core::number::name(score).unwrap_or("not finite");
                        Err(format!("the prediction of sample row {row} is {score}"))
                    }
                    Err(error) => Err(format!("sample row {row} can't be predicted: {error}")),
                }
            }
            Asked::Calls(call) => {
                let mut answer = Ok(());
                let took = self.timer.time(&mut || answer = call(number));
                answer.map(|()| took).map_err(|error| format!("call {number} was not answered: {error}"))
            }
        }
    }
}

impl fmt::Debug for Probe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Probe");
        if let Asked::Rows { rows, .. } = &self.asked {
            shown.field("rows", &rows.dim());
        }
        shown.finish_non_exhaustive()
    }
}
