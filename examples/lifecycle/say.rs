//! What the story prints: chapters of aligned lines, and a bar while something takes long.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::Result;

/// Begins a chapter.
pub(crate) fn chapter(number: u32, title: &str) {
    let gap = if number == 1 { "" } else { "\n" };
    print(format_args!("{gap}{number}. {title}"));
}

/// A line of a chapter.
pub(crate) fn line(what: &str, value: impl Display) {
    print(format_args!("   {what:<26} {value}"));
}

/// A line that belongs to the one above.
pub(crate) fn detail(text: impl Display) {
    print(format_args!("     {text}"));
}

/// Prints a line. If nobody can read it, the story goes on; [`end`] says so.
fn print(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Where everything is. An error if what was printed could not be written.
pub(crate) fn end(places: &[(&str, PathBuf)]) -> Result<()> {
    print(format_args!("\nWhat is left of it"));
    for (what, path) in places {
        line(what, path.display());
    }
    io::stdout().flush().map_err(|error| format!("can't print: {error}").into())
}

/// A count as people write it: `336,722`.
pub(crate) fn count(count: usize) -> String {
    mlops::report::number::count(count as u64)
}

/// The same of what a service counts.
pub(crate) fn count64(count: u64) -> String {
    mlops::report::number::count(count)
}

/// A bar on the terminal's error stream while `work` goes on, gone when it is done; none
/// where nobody looks.
pub(crate) fn with_progress<T>(what: &'static str, of: u64, work: impl FnOnce(&ProgressBar) -> T) -> T {
    let bar = ProgressBar::with_draw_target(Some(of), ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("   {msg} {wide_bar} {percent:>3} % {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_secs(1));
    let done = work(&bar);
    bar.finish_and_clear();
    done
}
