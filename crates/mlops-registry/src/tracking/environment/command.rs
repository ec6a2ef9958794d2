use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long another program may take to say what it is asked.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much of what it says is read.
const MAX_OUTPUT: u64 = 64 * 1024;

/// What a program prints, if it is there, comes to a good end, and soon.
pub(super) fn output(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        // It reads, and waits for nobody.
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let stdout = child.stdout.take();
    let (done, result) = mpsc::channel();
    let reader = thread::Builder::new().spawn(move || {
        let mut text = Vec::new();
        let read = stdout.and_then(|out| out.take(MAX_OUTPUT).read_to_end(&mut text).ok());
        // Nobody listens any more if it took too long.
        let _late = done.send(read.map(|_| text));
    });
    let text = reader.ok().and_then(|_| result.recv_timeout(PATIENCE).ok()).flatten();
    if text.is_none() {
        let _gone = child.kill();
    }
    let status = child.wait().ok()?;
    let text = String::from_utf8(text?).ok()?;
    // One that says more than is read is stopped by that.
    (status.success() || text.len() as u64 == MAX_OUTPUT).then_some(text)
}
