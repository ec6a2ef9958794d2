//! What was known of each flight one hour before its departure, and nothing later: the
//! rows that a delay model of February may be trained on.
//!
//! `cargo run --example training_set`
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use mlops::Window;
use mlops::arrow::array::cast::AsArray as _;
use mlops::features::{OfflineSourceExt as _, PointInTimeJoin};
use mlops_examples::{Result, catalog, data, decisions, flights, service, within};

fn main() -> Result<()> {
    let february = Window::month_of("2013-02-01".parse()?);
    let flights = within(&flights()?, february)?;
    let (catalog, service) = (catalog(&data("flights"))?, service()?);
    for view in catalog.views() {
        let hours = view.ttl().map_or(0, |ttl| ttl.as_secs() / 3600);
        println!("{:<18} {:>7} rows, each holds for {hours} h", view.name(), view.source().rows());
    }

    // Of each view the newest row that is not after the decision and not too old for it.
    let joined = PointInTimeJoin::new(&catalog, &service)?.run(&flights)?;
    let rows = joined.dense()?;
    println!("\n{february}: {} flights with {} inputs each\n", rows.rows(), rows.columns());

    let some = [2_000, 9_000, 20_000].map(|row| row.min(rows.rows().saturating_sub(1)));
    let moments = decisions(joined.batch())?;
    let late = joined.batch().column_by_name("late").ok_or("flights need a column late")?.as_boolean();
    print!("{:<20} {:>9}", "", "known");
    for row in &some {
        print!("  {:>20}", moments[*row].to_string());
    }
    println!();
    for (place, input) in joined.inputs().iter().enumerate() {
        let known = rows.iter().filter(|row| !row[place].is_nan()).count() as f64 / rows.rows() as f64;
        print!("{input:<20} {:>7.1} %", known * 100.0);
        for row in &some {
            print!("  {:>20.2}", rows.row(*row)[place]);
        }
        println!();
    }
    print!("{:<20} {:>9}", "late (the label)", "");
    for row in &some {
        print!("  {:>20}", late.value(*row));
    }
    println!("\n\nNaN is missing: the model was trained on it as such, and is served it as such.");
    Ok(())
}
