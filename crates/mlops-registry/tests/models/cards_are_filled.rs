//! A model card says what people say and what the registry knows, and none of it is markup.

use std::time::Duration;

use crate::world::{World, granted, model, version, worlds};
use mlops_core::{Digest, Outcome};
use mlops_registry::Error;
use mlops_registry::access::Role;
use mlops_registry::model::card::ModelCard;
use mlops_registry::model::signature::{Field, FieldType, Signature};
use mlops_registry::model::{ModelVersion, NewVersion, Stage, StageTransition};
use mlops_registry::promotion::{BreakGlass, PromotionPolicy};
use mlops_registry::tracking::RunBatch;

const EVIL: &str = "<script>alert('1')</script> | a | b";

/// Two versions whose every text tries to be markup.
fn carded(world: &World) -> ModelVersion {
    let register = |text: &str, auc: f64| {
        let run = world.ana.start_run(&crate::world::experiment(), text).unwrap().id;
        let batch = RunBatch::new()
            .param("<b>trees</b>", EVIL)
            .metric("roc_auc", auc)
            .metric("lost", f64::NAN)
            .input("flights|<i>.parquet", Digest::of("flights"));
        world.ana.log(&run, &batch).unwrap();
        let artifact = world.ana.store_artifact(&mut text.as_bytes()).unwrap();
        let inputs = vec![
            Field::required("<script>distance", FieldType::Double),
            Field::optional("carrier|x", FieldType::String),
        ];
        let outputs = vec![Field::required("delayed", FieldType::tensor("float32", [-1, 2]))];
        let new = NewVersion::new(model(), version(text), run, artifact)
            .flavour("lightgbm-text")
            .framework("light<gbm>", "4.5")
            .description(EVIL)
            .signature(Signature::new(inputs, outputs).unwrap());
        world.later();
        world.ana.register(&new).unwrap()
    };
    register("1.0.0", 0.70);
    let version = register("1.1.0", 0.72);
    world.judge(&version, Outcome::Passed);
    world.ana.set_model_tag(&model(), Some(&version.version), "<u>", EVIL).unwrap();
    let card = ModelCard::new()
        .owner(EVIL)
        .license("Apache-2.0")
        .intended_use("Warn the ground crew.\nNot the passengers.")
        .out_of_scope("# Compensation")
        .limit("Three airports & one year")
        .ethical_consideration("`none` *known*");
    world.ana.set_card(&model(), &version.version, &card).unwrap();
    version
}

#[test]
fn it_has_what_people_wrote_and_what_the_registry_knows() {
    for world in worlds() {
        let version = carded(&world);
        let card = world.registry.model_card(&model(), &version.version).unwrap();
        let text = card.to_markdown();
        for line in [
            "# flight-delay 1.1.0",
            "| framework | light\\<gbm\\> 4.5 |",
            "| license | Apache-2.0 |",
            "## Intended use",
            "- Warn the ground crew. Not the passengers.",
            "- \\# Compensation",
            "- Three airports \\& one year",
            "- \\`none\\` \\*known\\*",
            "| input | \\<script\\>distance | double | required |",
            "| input | carrier\\|x | string | optional |",
            "| output | delayed | tensor(float32)\\[-1, 2\\] | required |",
            "| lost | NaN |",
            "| roc\\_auc | 0.72 |",
            "| production | roc\\_auc | 0.71 | \\>= 0.6 | passed |",
        ] {
            let gate = crate::world::GATE;
            let line = line.replace("| production |", &format!("| {} |", gate.replace('_', "\\_")));
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(text.contains(&version.artifact.to_string()), "{text}");
        // As many cells in each row as in the head of its table.
        let mut columns = 0;
        for line in text.lines() {
            if line.starts_with('|') {
                let bars = line.replace("\\|", "").matches('|').count();
                assert!(columns == 0 || bars == columns, "{line}");
                columns = bars;
            } else {
                columns = 0;
            }
        }
        // An escaped `<` opens nothing.
        assert!(!text.replace("\\<", "").contains('<'), "{text}");
        world.is_whole();
    }
}

#[test]
fn a_card_is_written_by_authors_and_replaced() {
    for world in worlds() {
        world.register("1.0.0");
        let one = version("1.0.0");
        // One that nobody has written is filled all the same.
        let empty = world.registry.model_card(&model(), &one).unwrap();
        assert!(empty.written.is_none() && empty.to_markdown().contains("| stage | none since"));
        let card = ModelCard::new().owner("operations");
        let first = world.ana.set_card(&model(), &one, &card).unwrap();
        let size = world.registry.store().size().unwrap();
        assert_eq!(world.ana.set_card(&model(), &one, &card).unwrap(), first);
        assert_eq!(world.registry.store().size().unwrap(), size);
        world.later();
        let second = world.ana.set_card(&model(), &one, &card.clone().limit("one year")).unwrap();
        assert_eq!(world.registry.model_card(&model(), &one).unwrap().written, Some(second));
        let entry = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap();
        assert_eq!((entry.act.action.as_str(), entry.changes.len()), ("card.set", 1));
        let result = world.ben.set_card(&model(), &one, &card);
        assert!(matches!(result, Err(Error::Denied { needed: Role::Author, .. })), "{result:?}");
        let result = world.ana.set_card(&model(), &version("9.0.0"), &card);
        assert!(matches!(result, Err(Error::NotFound { .. })), "{result:?}");
        let long = ModelCard::new().limit("x".repeat(70_000));
        let result = world.ana.set_card(&model(), &one, &long);
        assert!(matches!(result, Err(Error::Invalid { field: "model card", .. })), "{result:?}");
        let many = (0..201).fold(ModelCard::new(), |card, number| card.limit(number.to_string()));
        let result = world.ana.set_card(&model(), &one, &many);
        assert!(matches!(result, Err(Error::Invalid { field: "model card", .. })), "{result:?}");
        world.is_whole();
    }
}

#[test]
fn an_emergency_and_an_end_are_told() {
    for world in worlds() {
        let terms = BreakGlass::by(Role::Deployer, Duration::from_hours(24)).unwrap();
        world.admin.set_policy(&PromotionPolicy::requiring(crate::world::GATE).break_glass(terms)).unwrap();
        let one = world.register("1.0.0").version;
        let _promotion = granted(world.dora.break_glass(&model(), &one, "the old one is on fire").unwrap());
        world.later();
        let out = StageTransition::to(Stage::Archived).because("it burns too");
        let _stage = granted(world.dora.transition_stage(&model(), &one, &out).unwrap());
        let text = world.registry.model_card(&model(), &one).unwrap().to_markdown();
        assert!(text.contains("in an emergency: the old one is on fire |"), "{text}");
        assert!(
            text.contains("| out of production | 2013-") && text.contains("by dora: it burns too |"),
            "{text}"
        );
        assert!(!text.contains("approved by  |"), "{text}");
    }
}

#[cfg(feature = "report")]
#[test]
fn as_a_page_it_has_a_chart_and_no_script() {
    let world = worlds().remove(0);
    let version = carded(&world);
    let page = world.registry.model_card(&model(), &version.version).unwrap().page();
    std::fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/model_card.html"), &page).unwrap();
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;alert"), "{page}");
    assert!(page.contains("roc_auc by version") && !page.contains("lost by version"));
    for heading in
        ["Intended use", "Limits", "Ethical considerations", "Inputs and outputs", "Quantitative analyses"]
    {
        assert!(page.contains(heading), "{heading}");
    }
}
