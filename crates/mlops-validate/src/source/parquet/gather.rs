use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{Schema, SchemaRef};
use parking_lot::Mutex;

use super::read::Columns;
use super::table::ParquetTable;
use crate::plan::{Component, Gathered, Plan, Strand};
use crate::result::ValidationResult;
use crate::source::watch::Watch;
use crate::suite::{OnProgress, Validator};
use crate::{Error, Result};

impl Validator<'_> {
    /// Validates a Parquet file, which may be larger than memory.
    ///
    /// Only the columns that an expectation looks at are read, and those that no
    /// expectation looks at together are read by different threads, whatever the row
    /// groups are. Memory: a page, a dictionary and a batch of each column that is being
    /// read, beside what the [`Validator`] says.
    ///
    /// ```no_run
    /// # let suite = mlops_validate::Suite::new("flights");
    /// let result = suite
    ///     .validator()
    ///     .on_progress(|progress| {
    ///         eprintln!("{} of {:?} rows", progress.rows, progress.total);
    ///         std::ops::ControlFlow::Continue(())
    ///     })
    ///     .parquet("flights.parquet")?;
    /// # Ok::<(), mlops_validate::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] if it can't be opened, is no whole Parquet file, or a column that an
    /// expectation looks at can't be read, with its name and the row group;
    /// [`Error::Stopped`] if the progress callback breaks.
    pub fn parquet(self, path: impl AsRef<Path>) -> Result<ValidationResult> {
        self.parquet_table(&ParquetTable::open(path)?)
    }

    /// Validates a Parquet table that is open already, such as one in memory.
    ///
    /// # Errors
    /// As [`parquet`](Self::parquet).
    pub fn parquet_table(mut self, table: &ParquetTable) -> Result<ValidationResult> {
        let compiled = self.compile(table.schema());
        let gathered = table.gather(compiled.plan(), self.take_on_progress())?;
        Ok(compiled.finish(gathered))
    }
}

/// Row groups of the columns of a component: what one thread reads.
struct Job<'p> {
    component: &'p Component,
    columns: Vec<usize>,
    schema: SchemaRef,
    groups: Range<usize>,
    /// About how long it takes: compressed bytes.
    cost: i64,
}

impl ParquetTable {
    fn gather(&self, plan: &Plan, on_progress: Option<OnProgress<'_>>) -> Result<Gathered> {
        let mut jobs = Vec::new();
        for component in plan.components() {
            self.add_jobs(plan, component, &mut jobs);
        }
        let columns = plan.components().iter().map(|component| component.columns.len()).sum();
        let watch = Watch::new(self.rows(), columns, on_progress);
        // The longest first, so that no thread is left with a long one at the end.
        let mut order: Vec<usize> = (0..jobs.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(jobs[*at].cost));
        let done: Vec<Mutex<Option<Result<Strand>>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        rayon::scope(|scope| {
            for _ in 0..rayon::current_num_threads().min(jobs.len()) {
                scope.spawn(|_| {
                    while let Some(at) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let strand = self.run(plan, &jobs[*at], &watch);
                        if strand.is_err() {
                            watch.stop();
                        }
                        *done[*at].lock() = Some(strand);
                    }
                });
            }
        });
        let mut strands: Vec<Strand> = Vec::new();
        let mut stopped = false;
        let mut component = None;
        for (job, strand) in jobs.iter().zip(done) {
            match strand.into_inner() {
                Some(Ok(strand)) => match strands.last_mut() {
                    Some(earlier) if component.is_some_and(|one| std::ptr::eq(one, job.component)) => {
                        earlier.merge(strand);
                    }
                    _ => strands.push(strand),
                },
                Some(Err(Error::Stopped { .. })) | None => stopped = true,
                Some(Err(error)) => return Err(error),
            }
            component = Some(job.component);
        }
        if stopped {
            return Err(watch.stopped());
        }
        watch.finish()?;
        Ok(plan.gathered(strands, self.rows()))
    }

    /// The work on a component: whole, or by row groups if there are more threads than
    /// components and its metrics merge cheaply.
    fn add_jobs<'p>(&self, plan: &Plan, component: &'p Component, jobs: &mut Vec<Job<'p>>) {
        let index =
            |name: &String| self.schema().index_of(name).expect("a plan has only columns of its schema");
        let columns: Vec<usize> = component.columns.iter().map(index).collect();
        let fields: Vec<_> = columns.iter().map(|at| self.schema().field(*at).clone()).collect();
        let schema = SchemaRef::new(Schema::new(fields));
        let parts = if columns.is_empty() || !plan.strand(component, 0).merges_cheaply() {
            1
        } else {
            (2 * rayon::current_num_threads()).div_ceil(plan.components().len()).min(self.groups.len()).max(1)
        };
        let a_part = self.groups.len().div_ceil(parts).max(1);
        let mut from = 0;
        loop {
            let groups = from..(from + a_part).min(self.groups.len());
            from = groups.end;
            let cost = groups.clone().map(|group| self.bytes(group, &columns)).sum();
            jobs.push(Job {
                component,
                columns: columns.clone(),
                schema: SchemaRef::clone(&schema),
                groups,
                cost,
            });
            if from >= self.groups.len() {
                break;
            }
        }
    }

    /// The compressed bytes of some columns in a row group.
    fn bytes(&self, group: usize, columns: &[usize]) -> i64 {
        let metadata = self.metadata.metadata();
        let schema = metadata.file_metadata().schema_descr();
        let leaves = metadata.row_group(group).columns().iter().enumerate();
        leaves
            .filter(|(leaf, _)| columns.contains(&schema.get_column_root_idx(*leaf)))
            .fold(0, |bytes, (_, column)| bytes.saturating_add(column.compressed_size()))
    }

    fn run(&self, plan: &Plan, job: &Job<'_>, watch: &Watch<'_>) -> Result<Strand> {
        let first_row = self.groups[..job.groups.start].iter().sum();
        let mut strand = plan.strand(job.component, first_row);
        for group in job.groups.clone() {
            if job.columns.is_empty() {
                self.count(plan, &mut strand, group, &job.schema);
                continue;
            }
            // Conditions and other columns' metrics want the columns as they are.
            let dictionaries = job.columns.len() == 1;
            let mut columns = Columns::open(self, group, &job.columns, dictionaries)?;
            while let Some(batch) = columns.next(&job.schema)? {
                strand.update(plan, &batch);
                if watch.add(batch.num_rows() * job.columns.len()).is_break() {
                    return Err(watch.stopped());
                }
            }
        }
        Ok(strand)
    }

    /// Rows of which no column is looked at.
    fn count(&self, plan: &Plan, strand: &mut Strand, group: usize, schema: &SchemaRef) {
        // A batch says how many rows it has in a word: no memory is needed for them.
        let mut left = self.groups[group];
        while left > 0 {
            let rows = usize::try_from(left).unwrap_or(usize::MAX).min(1 << 40);
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            let batch = RecordBatch::try_new_with_options(SchemaRef::clone(schema), Vec::new(), &options)
                .expect("without columns there is nothing that could not fit");
            strand.update(plan, &batch);
            left -= rows as u64;
        }
    }
}
