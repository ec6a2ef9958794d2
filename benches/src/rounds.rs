//! How a peer run asks for one more measurement.

use std::io::{self, BufRead as _, Write as _};
use std::time::Instant;

use serde_json::{Value, json};

/// For each line on standard input, an operation, does `work` once and answers with a line
/// of JSON, `{"seconds": …, "answer": …}`. Only `work` is timed; `answer` says what came of it.
///
/// So rounds of several tools can be interleaved while each stays in one warm process.
///
/// # Errors
/// Those of `work` and of the pipes.
pub fn answer_rounds<T, E: From<io::Error>>(
    mut work: impl FnMut(&str) -> Result<T, E>,
    answer: impl Fn(&T) -> Value,
) -> Result<(), E> {
    for operation in io::stdin().lock().lines() {
        let operation = operation?;
        let start = Instant::now();
        let done = work(&operation)?;
        let seconds = start.elapsed().as_secs_f64();
        let mut out = io::stdout().lock();
        writeln!(out, "{}", json!({ "seconds": seconds, "answer": answer(&done) }))?;
        out.flush()?;
    }
    Ok(())
}
