use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long another program may take to say what it is asked.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much of what it says is read.
const MAX_OUTPUT: u64 = 64 * 1024;

/// What a program prints, if it is there, comes to a good end, and soon.
pub(super) fn output(program: &str, arguments: &[&str], folder: &Path) -> Option<String> {
    output_within(program, arguments, folder, PATIENCE)
}

fn output_within(program: &str, arguments: &[&str], folder: &Path, patience: Duration) -> Option<String> {
    let until = Instant::now() + patience;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        // It reads, and waits for nobody.
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        // What is asked about is this folder, wherever the caller's own Git works.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_COMMON_DIR")
        .env_remove("GIT_NAMESPACE")
        .env_remove("GIT_EXTERNAL_DIFF")
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
    let text = reader.ok().and_then(|_| result.recv_timeout(patience).ok()).flatten();
    if text.is_none() {
        let _gone = child.kill();
    }
    let status = end(&mut child, until)?;
    let text = String::from_utf8(text?).ok()?;
    // One that says more than is read is stopped by that.
    (status.success() || text.len() as u64 == MAX_OUTPUT).then_some(text)
}

/// How a program ends, which has said everything: one may shut its output and stay all the
/// same, and is stopped when the patience is over.
fn end(child: &mut Child, until: Instant) -> Option<ExitStatus> {
    let mut pause = Duration::from_millis(1);
    while Instant::now() < until {
        if let Some(status) = child.try_wait().ok()? {
            return Some(status);
        }
        #[expect(clippy::disallowed_methods, reason = "nothing tells of the end of a process but asking")]
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
    let _gone = child.kill();
    child.wait().ok()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn said(script: &str, patience: Duration) -> Option<String> {
        output_within("sh", &["-c", script], &std::env::temp_dir(), patience)
    }

    #[test]
    fn one_that_shuts_its_output_and_stays_is_stopped() {
        let begun = Instant::now();
        assert_eq!(said("echo here; exec >&-; exec sleep 120", Duration::from_millis(300)), None);
        assert!(begun.elapsed() < Duration::from_mins(1), "it was waited for");
        assert_eq!(said("exec sleep 120", Duration::from_millis(300)), None);
    }

    #[test]
    fn one_that_comes_to_a_good_end_is_heard() {
        let patience = Duration::from_mins(1);
        assert_eq!(said("echo here", patience).as_deref(), Some("here\n"));
        assert_eq!(said("echo here; exec >&-; sleep 0.1", patience).as_deref(), Some("here\n"));
        assert_eq!(said("echo here; exit 1", patience), None);
    }
}
