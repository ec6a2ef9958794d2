use std::fs;
use std::path::Path;

use super::command;

/// How much of a description is kept, in characters.
const MAX: usize = 200;

/// The operating system in words, such as `Debian GNU/Linux 12 (bookworm)`.
pub(super) fn system() -> Option<String> {
    let text = fs::read_to_string("/etc/os-release").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    short(line.trim().trim_matches('"'))
}

/// The model of the processor.
pub(super) fn cpu(programs: bool) -> Option<String> {
    if let Ok(text) = fs::read_to_string("/proc/cpuinfo")
        && let Some(model) = field(&text, "model name").or_else(|| field(&text, "Model"))
    {
        return short(model);
    }
    if cfg!(target_os = "macos") && programs {
        let model = command::output("sysctl", &["-n", "machdep.cpu.brand_string"], Path::new("/"))?;
        return short(model.trim());
    }
    #[cfg(windows)]
    if let Ok(model) = std::env::var("PROCESSOR_IDENTIFIER") {
        return short(model.trim());
    }
    None
}

/// How much memory the machine has, in bytes.
pub(super) fn memory(programs: bool) -> Option<u64> {
    if let Ok(text) = fs::read_to_string("/proc/meminfo") {
        let kibibytes = field(&text, "MemTotal")?.strip_suffix("kB")?.trim().parse::<u64>().ok()?;
        return kibibytes.checked_mul(1024);
    }
    if cfg!(target_os = "macos") && programs {
        return command::output("sysctl", &["-n", "hw.memsize"], Path::new("/"))?.trim().parse().ok();
    }
    None
}

/// The name of the machine.
pub(super) fn host(programs: bool) -> Option<String> {
    if let Ok(name) = fs::read_to_string("/proc/sys/kernel/hostname") {
        return short(name.trim());
    }
    let name = programs.then(|| command::output("hostname", &[], &std::env::temp_dir())).flatten()?;
    short(name.trim())
}

/// The value of the first line `name : value`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim())
    })
}

fn short(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_control()).take(MAX).collect();
    (!text.is_empty()).then_some(text)
}
