//! Our side of `peers/dvc_add.py`: rounds on standard input.
//!
//! A round is `add PATH`, a file or folder in a project of DVC: it goes into the project's cache,
//! and the answer is the `.dvc` file.

use std::error::Error;
use std::path::Path;

use mlops::registry::dvc::Cache;
use mlops_benches::answer_rounds;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    answer_rounds(
        |operation| -> Result<String, Failure> {
            let path = operation.strip_prefix("add ").ok_or_else(|| format!("no operation {operation:?}"))?;
            let project = Path::new(path).parent().ok_or("expected a path in a project")?;
            let added = Cache::at(project.join(".dvc/cache")).add(path).run()?;
            Ok(added.file.to_string())
        },
        |text| text.clone().into(),
    )
}
