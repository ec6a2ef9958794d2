//! What the story prints: chapters of aligned lines, and a bar while something takes long.

use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Begins a chapter.
pub(crate) fn chapter(number: u32, title: &str) {
    let gap = if number == 1 { "" } else { "\n" };
    println!("{gap}{number}. {title}");
}

/// A line of a chapter.
pub(crate) fn line(what: &str, value: impl Display) {
    println!("   {what:<26} {value}");
}

/// A line that belongs to the one above.
pub(crate) fn detail(text: impl Display) {
    println!("     {text}");
}

/// Where everything is.
pub(crate) fn end(places: &[(&str, PathBuf)]) {
    println!("\nWhat is left of it");
    for (what, path) in places {
        line(what, path.display());
    }
}

/// A count as people write it: `336,722`.
pub(crate) fn count(count: usize) -> String {
    mlops::report::number::count(count as u64)
}

/// A bar on the terminal's error stream while `work` goes on; nothing for what takes less
/// than a second, or where nobody looks.
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
