//! The section of a page shows what the registry holds, and its proof can be taken from it.

use crate::world::{World, model, version, worlds};
use mlops_registry::audit::EntryProof;
use mlops_registry::merkle::Signer as _;
use mlops_report::Html;

fn page(world: &World) -> String {
    Html::from(world.registry.section("Registry").unwrap()).into_string()
}

/// What a table shows, cell by cell, its tags taken away.
fn rows(html: &str, caption: &str) -> Vec<Vec<String>> {
    let table =
        &html[html.find(&format!("<caption>{caption}")).unwrap_or_else(|| panic!("{caption}: {html}"))..];
    let table = &table[..table.find("</table>").unwrap()];
    let text = |cell: &str| {
        let mut text = String::new();
        let mut tag = false;
        for c in cell[cell.find('>').unwrap() + 1..].chars() {
            match c {
                '<' => tag = true,
                '>' => tag = false,
                c if !tag => text.push(c),
                _ => {}
            }
        }
        text
    };
    table.split("<tr>").skip(2).map(|row| row.split("<td").skip(1).map(text).collect()).collect()
}

#[test]
fn versions_history_trials_and_log_are_there() {
    for world in worlds() {
        let empty = page(&world);
        assert!(!empty.contains("Versions of") && !empty.contains("Proof"), "{empty}");
        world.promoted("1.0.0");
        world.promoted("1.1.0");
        world.tried("1.2.0");
        let back = world.rolled_back();
        world.register("1.3.0");
        let html = page(&world);

        let versions = rows(&html, "Versions of flight-delay");
        let stages: Vec<_> = versions.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
        let expected = [("1.0.0", "production"), ("1.1.0", "archived"), ("1.2.0", "none"), ("1.3.0", "none")];
        assert_eq!(stages, expected);

        let history = rows(&html, "flight-delay in production");
        let how: Vec<_> =
            history.iter().map(|row| (row[1].as_str(), row[4].as_str(), row[7].as_str())).collect();
        assert_eq!(
            how,
            [
                ("1.0.0", "promotion", "–"),
                ("1.1.0", "promotion", "–"),
                ("1.0.0", "rollback", "it over-predicts by 0.05"),
            ]
        );
        assert_eq!(
            (history[1][3].as_str(), history[2][3].as_str()),
            (back.promoted_at.to_string().as_str(), "–")
        );

        let trials = rows(&html, "flight-delay on trial");
        assert_eq!(trials.len(), 1);
        assert_eq!((trials[0][0].as_str(), trials[0][4].as_str()), ("1.2.0", "stopped"));
        assert_eq!(trials[0][5], "failures: 12 of 214 failed");

        let log = rows(&html, "The audit log");
        assert_eq!(log.len() as u64, world.registry.store().size().unwrap());
        let rollback = log.iter().find(|row| row[3] == "promotion.rollback").unwrap();
        assert_eq!(rollback[4..], ["flight-delay/1.0.0", "it over-predicts by 0.05"]);
        let facts = html.find("rollback of dora: it over-predicts by 0.05").unwrap();
        assert!(facts < html.find("Versions of").unwrap());
    }
}

#[test]
fn the_proof_on_the_page_is_one() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.promoted("1.1.0");
        let html = page(&world);
        let from = html.find("mlops-entry-proof/1").unwrap();
        let start = html[..from].rfind("<code>").unwrap() + "<code>".len();
        let end = from + html[from..].find("</code>").unwrap();
        let text = html[start..end].replace("&quot;", "\"").replace("&amp;", "&") + "\n";
        let proof = EntryProof::from_text(&text).unwrap();
        let proven = proof.verify(&world.signer.public_key()).unwrap();
        assert_eq!(
            (proven.entry.act.action.as_str(), proven.entry.act.subject.as_str()),
            ("promotion.execute", "flight-delay/1.1.0")
        );
    }
}

#[test]
fn of_a_long_log_the_end_is_shown() {
    let world = worlds().remove(0);
    let run = world.ana.start_run(&crate::world::experiment(), "long").unwrap().id;
    for step in 0..600 {
        let batch = mlops_registry::tracking::RunBatch::new().tag(format!("step {step}"), "x");
        world.ana.log(&run, &batch).unwrap();
    }
    let html = page(&world);
    let log = rows(&html, "The audit log, its last 500 entries of 607");
    assert_eq!((log.len(), log[499][0].as_str()), (500, "606"));
}

#[test]
fn what_people_write_stays_text() {
    let world = worlds().remove(0);
    world.promoted("1.0.0");
    world.promoted("1.1.0");
    world.dora.rollback(&model(), "<script>alert(1)</script>").unwrap();
    let html = page(&world);
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"), "{html}");
}

#[test]
fn a_comparison_is_a_table() {
    let world = worlds().remove(0);
    world.register("1.0.0");
    world.register("1.1.0");
    let comparison = world.registry.compare_versions(&model(), &version("1.0.0"), &version("1.1.0")).unwrap();
    let html = Html::from(comparison.table()).into_string();
    let rows = rows(&html, "flight-delay 1.0.0 and 1.1.0");
    assert_eq!(rows.len(), comparison.rows().len());
    assert_eq!(rows[0], ["metric", "auc", "0.7100", "0.7100", "0"]);
    assert_eq!(rows[1], ["param", "trees", "100", "100", "same"]);
}
