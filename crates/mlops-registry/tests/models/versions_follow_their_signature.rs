//! How far a version is above the one before, its signature says.

use crate::world::{World, model, version, worlds};
use mlops_core::Version;
use mlops_registry::model::signature::{Bump, Field, FieldType, ParamSpec, Signature};
use mlops_registry::model::{ModelVersion, NewVersion};
use mlops_registry::{Error, Result};
use proptest::prelude::*;

fn signature(inputs: &[Field]) -> Signature {
    Signature::new(inputs.to_vec(), vec![Field::required("delayed", FieldType::Double)]).unwrap()
}

fn base() -> Vec<Field> {
    vec![Field::required("distance", FieldType::Double), Field::optional("carrier", FieldType::String)]
}

fn new(world: &World, text: Option<&str>, signature: Option<&Signature>) -> NewVersion {
    world.later();
    let file = format!("model {text:?} {signature:?} {}", world.registry.store().size().unwrap());
    let artifact = world.ana.store_artifact(&mut file.as_bytes()).unwrap();
    let new = match text {
        Some(text) => NewVersion::new(model(), version(text), world.run(), artifact),
        None => NewVersion::next(model(), world.run(), artifact),
    };
    match signature {
        Some(signature) => new.signature(signature.clone()),
        None => new,
    }
}

fn register(world: &World, text: &str, signature: Option<&Signature>) -> Result<ModelVersion> {
    world.ana.register(&new(world, Some(text), signature))
}

/// What the change from `base` to `inputs` asks for, by what is refused after 1.2.3.
fn refused(world: &World, text: &str, later: Option<&Signature>) -> Option<(String, Vec<String>)> {
    match register(world, text, later) {
        Err(Error::BumpTooSmall(error)) => {
            let named = (error.model.clone(), error.before.clone(), error.version.clone());
            assert_eq!(named, (model(), version("1.2.3"), version(text)));
            Some((error.least.to_string(), error.changes))
        }
        Ok(_) => None,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn each_change_asks_for_its_bump() {
    let changed = |edit: &dyn Fn(&mut Vec<Field>)| {
        let mut inputs = base();
        edit(&mut inputs);
        signature(&inputs)
    };
    let outputs = |fields: Vec<Field>| Signature::new(base(), fields).unwrap();
    let params = |params: Vec<ParamSpec>| signature(&base()).with_params(params).unwrap();
    let delayed = || Field::required("delayed", FieldType::Double);
    for (later, bump, words) in [
        (signature(&base()), Bump::Patch, ""),
        (changed(&|inputs| inputs.reverse()), Bump::Patch, ""),
        (
            changed(&|inputs| inputs.push(Field::optional("wind", FieldType::Double))),
            Bump::Minor,
            "input \"wind\" (double) is new and optional",
        ),
        (
            params(vec![ParamSpec::new("threshold", FieldType::Double, 0.5)]),
            Bump::Minor,
            "parameter \"threshold\" (double) is new",
        ),
        (
            changed(&|inputs| inputs.push(Field::required("wind", FieldType::Double))),
            Bump::Major,
            "input \"wind\" (double) is new and required",
        ),
        (changed(&|inputs| drop(inputs.remove(1))), Bump::Major, "input \"carrier\" was removed"),
        (
            changed(&|inputs| inputs[0].kind = FieldType::Long),
            Bump::Major,
            "input \"distance\" was double and is long",
        ),
        (
            changed(&|inputs| inputs[0].kind = FieldType::tensor("float32", [-1, 3])),
            Bump::Major,
            "input \"distance\" was double and is tensor(float32)[-1, 3]",
        ),
        (
            changed(&|inputs| inputs[1].required = true),
            Bump::Major,
            "input \"carrier\" was optional and is required",
        ),
        (
            changed(&|inputs| inputs[0].required = false),
            Bump::Major,
            "input \"distance\" was required and is optional",
        ),
        (
            outputs(vec![delayed(), Field::required("minutes", FieldType::Double)]),
            Bump::Major,
            "output \"minutes\" (double) is new",
        ),
        (
            outputs(vec![delayed(), Field::optional("minutes", FieldType::Double)]),
            Bump::Major,
            "output \"minutes\" (double) is new",
        ),
        (
            outputs(vec![Field::required("delayed", FieldType::Float)]),
            Bump::Major,
            "output \"delayed\" was double and is float",
        ),
        (
            outputs(vec![Field::required("late", FieldType::Double)]),
            Bump::Major,
            "output \"delayed\" was removed; output \"late\" (double) is new",
        ),
    ] {
        let world = worlds().remove(0);
        register(&world, "1.2.3", Some(&signature(&base()))).unwrap();
        let least = match bump {
            Bump::Patch => "1.2.4",
            Bump::Minor => "1.3.0",
            Bump::Major => "2.0.0",
        };
        assert_eq!(world.registry.suggest_version(&model(), Some(&later)).unwrap(), version(least));
        for (text, own) in [("1.2.4", Bump::Patch), ("1.3.0", Bump::Minor), ("2.0.0", Bump::Major)] {
            let expected = (own < bump).then(|| {
                let words = words.split("; ").map(ToOwned::to_owned).collect();
                (least.to_owned(), words)
            });
            assert_eq!(refused(&world, text, Some(&later)), expected, "{text} with {words}");
            if expected.is_none() {
                break;
            }
        }
        world.is_whole();
    }
}

#[test]
fn it_is_compared_with_the_latest_release_below() {
    for world in worlds() {
        let one = signature(&base());
        let mut wider = base();
        wider.push(Field::required("wind", FieldType::Double));
        let two = signature(&wider);
        // Without a signature before anything goes.
        register(&world, "0.1.0", None).unwrap();
        register(&world, "0.1.1", Some(&one)).unwrap();
        assert!(matches!(register(&world, "0.2.0", Some(&two)), Err(Error::BumpTooSmall(_))));
        register(&world, "1.0.0", Some(&one)).unwrap();
        // Candidates promise nothing, but come after a release themselves.
        assert!(matches!(register(&world, "1.1.0-rc.1", Some(&two)), Err(Error::BumpTooSmall(_))));
        register(&world, "2.0.0-rc.1", Some(&one)).unwrap();
        register(&world, "2.0.0", Some(&two)).unwrap();
        // A repair of the old line is compared with that.
        register(&world, "1.0.1", Some(&one)).unwrap();
        match register(&world, "1.0.2", Some(&two)) {
            Err(Error::BumpTooSmall(error)) => {
                assert_eq!((error.before, error.least), (version("1.0.1"), version("2.0.1")));
            }
            other => panic!("{other:?}"),
        }
        // What differs in build metadata is the same version to whoever calls it.
        let other_build = register(&world, "1.0.1+2", Some(&two));
        assert!(matches!(other_build, Err(Error::BumpTooSmall(_))), "{other_build:?}");
        register(&world, "1.0.1+2", Some(&one)).unwrap();
        // Where a signature was, there must be one.
        match register(&world, "2.0.1", None) {
            Err(error @ Error::BumpTooSmall(_)) => assert_eq!(
                error.to_string(),
                "flight-delay 2.0.1 can't follow 2.0.0: the signature was left out; \
                 the least version allowed for 2.0.1 is 3.0.0"
            ),
            other => panic!("{other:?}"),
        }
        // What is refused leaves no trace.
        assert_eq!(world.registry.versions(&model()).unwrap().len(), 7);
        world.is_whole();
    }
}

#[test]
fn it_is_far_enough_from_the_release_above() {
    for world in worlds() {
        let with = |more: &[&str]| {
            let mut inputs = base();
            inputs.extend(more.iter().map(|name| Field::optional(*name, FieldType::Double)));
            signature(&inputs)
        };
        let (plain, wind, wind_rain, rain) =
            (with(&[]), with(&["wind"]), with(&["wind", "rain"]), with(&["rain"]));
        register(&world, "1.4.0", Some(&plain)).unwrap();
        register(&world, "1.6.0", Some(&wind)).unwrap();
        register(&world, "2.0.0", Some(&rain)).unwrap();
        let refused = |text: &str, signature: Option<&Signature>| match register(&world, text, signature) {
            Err(Error::BumpTooSmall(error)) => {
                assert_eq!(error.version, version(text));
                let step = format!("{} to {}", error.before, error.after);
                (step, error.least.to_string(), error.changes.join("; "))
            }
            other => panic!("{text}: {other:?}"),
        };
        // What it takes and 1.6.0 does not would be gone there: none of this MAJOR can have it.
        assert_eq!(
            refused("1.5.0", Some(&rain)),
            ("1.5.0 to 1.6.0".to_owned(), "2.0.1".to_owned(), "input \"rain\" was removed".to_owned())
        );
        assert_eq!(refused("1.5.0", Some(&wind_rain)).1, "1.7.0");
        // New in 1.6.0 by a MINOR: 1.6.0 is one above 1.5.0, and above 1.5.9.
        register(&world, "1.5.0", Some(&plain)).unwrap();
        // 1.5.0 is as 1.4.0, so a repair of that line may not have what only 1.6.0 has.
        assert_eq!(refused("1.4.1", Some(&wind)).0, "1.4.0 to 1.4.1");
        register(&world, "1.4.1", Some(&plain)).unwrap();
        // A patch below one that has more.
        register(&world, "1.8.1", Some(&wind_rain)).unwrap();
        assert_eq!(
            refused("1.8.0", Some(&wind)),
            (
                "1.8.0 to 1.8.1".to_owned(),
                "3.0.0".to_owned(),
                "input \"rain\" (double) is new and optional".to_owned()
            )
        );
        // The first of all.
        assert_eq!(refused("1.0.0", Some(&rain)).0, "1.0.0 to 1.4.0");
        register(&world, "0.9.0", Some(&rain)).unwrap();
        // Another MAJOR promises nothing, and neither does a candidate.
        register(&world, "1.8.2", Some(&wind_rain)).unwrap();
        register(&world, "1.9.0-rc.1", Some(&wind_rain)).unwrap();
        let other = with(&["wind", "snow"]);
        assert_eq!(refused("1.7.0", Some(&other)).0, "1.7.0 to 1.8.1");
        register(&world, "1.7.0-rc.1", Some(&other)).unwrap();
        register(&world, "1.6.1", Some(&wind)).unwrap();
        // Another build is as far from the next one as the first.
        register(&world, "1.6.1+2", Some(&wind)).unwrap();
        // Where the next one has no signature, it would be lost on the way.
        register(&world, "3.1.0", None).unwrap();
        assert_eq!(refused("3.0.0", Some(&plain)).2, "the signature was left out");
        register(&world, "3.0.0", None).unwrap();
        world.is_whole();
    }
}

#[test]
fn without_a_version_the_next_one_is_taken() {
    for world in worlds() {
        let next = |signature: Option<&Signature>| {
            let registered = world.ana.register(&new(&world, None, signature)).unwrap();
            (registered.number, registered.version.to_string())
        };
        assert_eq!(world.registry.suggest_version(&model(), None).unwrap(), Version::new(1, 0, 0));
        assert_eq!(next(None), (1, "1.0.0".to_owned()));
        assert_eq!(next(None), (2, "1.0.1".to_owned()));
        assert_eq!(next(Some(&signature(&base()))), (3, "1.0.2".to_owned()));
        let mut wider = base();
        wider.push(Field::optional("wind", FieldType::Double));
        assert_eq!(next(Some(&signature(&wider))), (4, "1.1.0".to_owned()));
        assert_eq!(next(Some(&signature(&base()))), (5, "2.0.0".to_owned()));
        register(&world, "2.0.1-rc.1", Some(&signature(&base()))).unwrap();
        assert_eq!(next(Some(&signature(&base()))), (7, "2.0.1".to_owned()));
        assert_eq!(next(None), (8, "3.0.0".to_owned()));
        world.is_whole();
    }
}

#[test]
fn the_last_version_of_all_has_none_after_it() {
    let world = worlds().remove(0);
    let text = format!("{0}.{0}.{0}", u64::MAX);
    register(&world, &text, None).unwrap();
    let result = world.registry.suggest_version(&model(), None);
    assert!(matches!(result, Err(Error::Invalid { field: "version", .. })), "{result:?}");
}

fn kinds() -> impl Strategy<Value = FieldType> {
    prop_oneof![
        Just(FieldType::Double),
        Just(FieldType::String),
        Just(FieldType::tensor("float32", [-1, 2])),
        Just(FieldType::array(FieldType::Long)),
    ]
}

fn columns() -> impl Strategy<Value = Vec<Field>> {
    let column = (prop::sample::select(vec!["a", "b", "c", "d"]), kinds(), any::<bool>());
    prop::collection::vec(column, 0..5).prop_map(|columns| {
        let mut fields: Vec<Field> = Vec::new();
        for (name, kind, required) in columns {
            if fields.iter().all(|field| field.name.as_deref() != Some(name)) {
                fields.push(if required { Field::required(name, kind) } else { Field::optional(name, kind) });
            }
        }
        fields
    })
}

/// The rule in its plainest words.
fn naive(before: &Signature, after: &Signature) -> Bump {
    if before.outputs() != after.outputs() {
        return Bump::Major;
    }
    if before.inputs().iter().any(|field| !after.inputs().contains(field)) {
        return Bump::Major;
    }
    let new: Vec<_> = after.inputs().iter().filter(|field| !before.inputs().contains(field)).collect();
    if new.iter().any(|field| field.required) {
        Bump::Major
    } else if new.is_empty() {
        Bump::Patch
    } else {
        Bump::Minor
    }
}

proptest! {
    #[test]
    fn the_bump_is_that_of_the_plain_rule(
        a in columns(), b in columns(), c in columns(), d in columns(), same in any::<bool>(),
    ) {
        let before = Signature::new(a.clone(), c.clone()).unwrap();
        // Half of the time near each other: else all is MAJOR.
        let inputs = if same {
            a.into_iter().chain(b).fold(Vec::new(), |mut all: Vec<Field>, field| {
                if all.iter().all(|other| other.name != field.name) {
                    all.push(field);
                }
                all
            })
        } else {
            b
        };
        let after = Signature::new(inputs, if same { c } else { d }).unwrap();
        prop_assert_eq!(before.bump(&after), naive(&before, &after));
        prop_assert_eq!(before.changes(&after).is_empty(), before.bump(&after) == Bump::Patch);
        prop_assert_eq!(Signature::from_mlflow(&after.to_mlflow().unwrap()).unwrap(), after);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// In whatever order they come, no step of those that were taken is too small, and the least
    /// that is offered instead is taken.
    #[test]
    fn every_step_of_what_is_registered_suffices(
        new in prop::collection::vec((1..3_u64, 0..4_u64, 0..3_u64, any::<bool>(), 0..5_usize), 1..14),
    ) {
        let signatures = [&["a"][..], &["a", "b"], &["a", "c"], &["a", "b", "c"]].map(|names| {
            signature(&names.iter().map(|name| Field::optional(*name, FieldType::Double)).collect::<Vec<_>>())
        });
        let world = worlds().remove(0);
        let mut taken: Vec<(Version, Option<Signature>)> = Vec::new();
        let suffice = |taken: &[(Version, Option<Signature>)]| {
            let mut releases: Vec<_> = taken.iter().filter(|(version, _)| !version.is_prerelease()).collect();
            releases.sort_by(|a, b| a.0.cmp(&b.0));
            releases.windows(2).all(|two| {
                let (from, to) = (&two[0], &two[1]);
                let asked = match (&from.1, &to.1) {
                    (None, _) => Bump::Patch,
                    (Some(_), None) => Bump::Major,
                    (Some(a), Some(b)) => naive(a, b),
                };
                asked == Bump::Patch
                    || from.0.major() != to.0.major()
                    || (asked == Bump::Minor && from.0.minor() != to.0.minor())
            })
        };
        for (major, minor, patch, candidate, which) in new {
            let text = format!("{major}.{minor}.{patch}{}", if candidate { "-rc.1" } else { "" });
            if taken.iter().any(|(version, _)| version.to_string() == text) {
                continue;
            }
            let signature = signatures.get(which);
            let mut with: Vec<_> = taken.clone();
            with.push((version(&text), signature.cloned()));
            match register(&world, &text, signature) {
                Ok(_) => taken = with,
                Err(Error::BumpTooSmall(error)) => {
                    prop_assert!(candidate || !suffice(&with), "{}", error);
                    prop_assert!(error.least > version(&text));
                    register(&world, &error.least.to_string(), signature).unwrap();
                    taken.push((error.least, signature.cloned()));
                }
                Err(other) => prop_assert!(false, "{}", other),
            }
            prop_assert!(suffice(&taken), "{:?}", taken);
        }
    }
}
