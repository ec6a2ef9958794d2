use std::fs::{self, File};
use std::path::{Path, PathBuf};

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::Compression;
use ::parquet::file::properties::WriterProperties;
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::SchemaRef;

use super::{Quarantine, Split};
use crate::source::ParquetTable;
use crate::{Error, Result, ValidationResult};

impl Quarantine<'_> {
    /// Takes a Parquet file apart into two others, with Snappy.
    ///
    /// Both are written under another name (`.partial` at the end) and get theirs only when
    /// both are whole, those accepted last: where they are, the others are too. What had
    /// their names is replaced.
    ///
    /// ```no_run
    /// # let suite = mlops_validate::Suite::new("flights");
    /// let split = suite.quarantine().parquet("flights.parquet", "accepted.parquet", "quarantined.parquet")?;
    /// println!("{} rows accepted, {} quarantined", split.accepted, split.quarantined);
    /// # Ok::<(), mlops_validate::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`split`](Self::split), [`Error::Input`] also if a file can't be written, or two
    /// of the three are the same.
    pub fn parquet(
        mut self,
        table: impl AsRef<Path>,
        accepted: impl AsRef<Path>,
        quarantined: impl AsRef<Path>,
    ) -> Result<Split> {
        let files = Files::new(accepted.as_ref(), quarantined.as_ref(), Some(table.as_ref()))?;
        let table = ParquetTable::open(table)?;
        let validation = self.validator().parquet_table(&table)?;
        let names: Vec<&str> = table.schema().fields().iter().map(|field| field.name().as_str()).collect();
        self.write(&files, table.schema(), validation, || table.reader(&names))
    }

    /// Takes any table that can be read twice apart into two Parquet files, as
    /// [`parquet`](Self::parquet) does.
    ///
    /// # Errors
    /// As [`parquet`](Self::parquet).
    pub fn into_parquet<R: RecordBatchReader>(
        mut self,
        open: impl Fn() -> Result<R>,
        accepted: impl AsRef<Path>,
        quarantined: impl AsRef<Path>,
    ) -> Result<Split> {
        let files = Files::new(accepted.as_ref(), quarantined.as_ref(), None)?;
        let first = open()?;
        let schema = first.schema();
        let validation = self.validator().reader(first)?;
        self.write(&files, &schema, validation, open)
    }

    /// Reads a table that has been judged again, into files.
    fn write<R: RecordBatchReader>(
        self,
        files: &Files<'_>,
        schema: &SchemaRef,
        validation: ValidationResult,
        open: impl FnOnce() -> Result<R>,
    ) -> Result<Split> {
        let splitter = self.splitter(schema, &validation)?;
        let (mut good, mut bad) = files.create(schema, splitter.quarantined())?;
        let (write_good, write_bad) =
            (|batch: &RecordBatch| good.write(batch), |batch: &RecordBatch| bad.write(batch));
        let split = self.take_apart(open()?, splitter, validation, write_good, write_bad)?;
        finish(good, bad)?;
        Ok(split)
    }
}

/// Where accepted and quarantined rows go.
struct Files<'p> {
    accepted: &'p Path,
    quarantined: &'p Path,
}

impl<'p> Files<'p> {
    fn new(accepted: &'p Path, quarantined: &'p Path, table: Option<&Path>) -> Result<Self> {
        // Of what is there already by what it is, so that two spellings are one file.
        let place = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let (one, two, from) = (place(accepted), place(quarantined), table.map(place));
        let same = |path: &Path, what: &str| {
            Error::input(path.display().to_string(), format!("rows would go to {what}: name another file"))
        };
        if one == two {
            return Err(same(quarantined, "the same file as those that are accepted"));
        }
        for (path, place) in [(accepted, &one), (quarantined, &two)] {
            if Some(place) == from.as_ref() {
                return Err(same(path, "the file that they come from"));
            }
        }
        Ok(Self { accepted, quarantined })
    }

    fn create(&self, accepted: &SchemaRef, quarantined: &SchemaRef) -> Result<(Output, Output)> {
        Ok((Output::create(self.accepted, accepted)?, Output::create(self.quarantined, quarantined)?))
    }
}

/// Gives both files their names once both are whole, the accepted rows last.
fn finish(mut good: Output, mut bad: Output) -> Result<()> {
    good.close()?;
    bad.close()?;
    bad.rename()?;
    good.rename()
}

/// A file that is there only when it is whole.
struct Output {
    path: PathBuf,
    partial: PathBuf,
    writer: Option<ArrowWriter<File>>,
}

impl Output {
    fn create(path: &Path, schema: &SchemaRef) -> Result<Self> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let file = File::create(&partial).map_err(|error| failed(path, error))?;
        let mut output = Self { path: path.to_owned(), partial, writer: None };
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = ArrowWriter::try_new(file, SchemaRef::clone(schema), Some(properties));
        output.writer = Some(writer.map_err(|error| failed(path, error))?);
        Ok(output)
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        match &mut self.writer {
            Some(writer) => writer.write(batch).map_err(|error| failed(&self.path, error)),
            None => Ok(()),
        }
    }

    fn close(&mut self) -> Result<()> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let file = writer.into_inner().map_err(|error| failed(&self.path, error))?;
        file.sync_all().map_err(|error| failed(&self.path, error))
    }

    fn rename(self) -> Result<()> {
        fs::rename(&self.partial, &self.path).map_err(|error| failed(&self.path, error))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // Gone if it got its name. A file that can't be removed stays, under a name that says so.
        let _ = fs::remove_file(&self.partial);
    }
}

fn failed(path: &Path, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Input {
        what: path.display().to_string(),
        reason: "it can't be written".to_owned(),
        source: Some(error.into()),
    }
}
