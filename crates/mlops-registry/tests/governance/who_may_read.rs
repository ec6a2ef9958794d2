//! Reading for someone takes their grant: any for a model, an auditor's for the log.

use std::io::Read as _;

use crate::world::{World, experiment, model, principal, version, worlds};
use mlops_registry::access::{ModelPattern, Role, Scope};
use mlops_registry::model::NewVersion;
use mlops_registry::{Error, Result, Session};

fn with(world: &World, name: &str, role: Role, scope: &str) -> Session {
    let session = world.registry.session(&principal(name));
    world.admin.grant(session.principal(), role, scope.parse().unwrap()).unwrap();
    session
}

#[track_caller]
fn denied<T: std::fmt::Debug>(result: Result<T>, role: Role) {
    match result {
        Err(Error::Denied { needed, .. }) => assert_eq!(needed, role),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_viewer_reads_what_the_scope_covers() {
    for world in worlds() {
        let promotion = world.promoted("1.0.0");
        let artifact = world.ana.store_artifact(&mut "other".as_bytes()).unwrap();
        let other = "other".parse().unwrap();
        world.ana.register(&NewVersion::new(other, version("1.0.0"), world.run(), artifact)).unwrap();
        for scope in ["model:flight-delay", "model:flight-*", "model:*-delay"] {
            let vera = with(&world, &format!("vera {scope}"), Role::Viewer, scope);
            let reader = vera.reader();
            assert_eq!(reader.production(&model()).unwrap().unwrap().version, promotion.version);
            assert_eq!(reader.history(&model()).unwrap(), std::slice::from_ref(&promotion));
            let mut bytes = Vec::new();
            reader.open_artifact(&model(), &version("1.0.0")).unwrap().read_to_end(&mut bytes).unwrap();
            assert_eq!(bytes, b"model 1.0.0");
            assert_eq!(reader.experiments().unwrap().len(), 1);
            let models: Vec<_> = reader.models().unwrap().into_iter().map(|model| model.name).collect();
            assert_eq!(models, [model()]);
            denied(reader.versions(&"other".parse().unwrap()), Role::Viewer);
            denied(
                reader.open_artifact(&"other".parse().unwrap(), &version("1.0.0")).map(drop),
                Role::Viewer,
            );
            denied(reader.grants(), Role::Viewer);
            denied(reader.entries(0..9), Role::Auditor);
            denied(reader.prove(0), Role::Auditor);
            assert_eq!(reader.grants_of(vera.principal()).unwrap().len(), 1);
            denied(reader.grants_of(world.ben.principal()), Role::Viewer);
            // And that is all.
            denied(vera.start_run(&experiment(), "x"), Role::Author);
            denied(vera.rollback(&model(), "why not"), Role::Deployer);
        }
        let all = with(&world, "vera", Role::Viewer, "*");
        assert_eq!(all.reader().models().unwrap().len(), 2);
        assert!(all.reader().grants().unwrap().len() > 3);
        denied(all.reader().verify(), Role::Auditor);
        world.is_whole();
    }
}

#[test]
fn every_role_reads_where_it_holds() {
    for world in worlds() {
        world.register("1.0.0");
        for role in Role::ALL {
            let name = format!("{role}-of-one");
            let one = with(&world, &name, role, "model:flight-delay");
            assert_eq!(one.reader().versions(&model()).unwrap().len(), 1);
            denied(one.reader().versions(&"other".parse().unwrap()), Role::Viewer);
        }
    }
}

#[test]
fn an_auditor_proves_and_verifies() {
    for world in worlds() {
        world.promoted("1.0.0");
        let otto = with(&world, "otto", Role::Auditor, "*");
        let reader = otto.reader();
        assert!(reader.verify().unwrap().is_clean());
        assert!(reader.audit().unwrap().verify().unwrap().is_clean());
        let proof = reader.prove(0).unwrap();
        let key = mlops_registry::merkle::Signer::public_key(&*world.signer);
        assert_eq!(proof.verify(&key).unwrap().entry.act.action, "registry.create");
        assert!(reader.entries(0..u64::MAX).unwrap().len() > 10);
        assert!(reader.tree_head().unwrap().unverified().size() > 10);
        denied(otto.rollback(&model(), "why not"), Role::Deployer);
        // The log is of the registry as a whole.
        let part = with(&world, "paula", Role::Auditor, "model:flight-delay");
        denied(part.reader().verify(), Role::Auditor);
    }
}

#[test]
fn who_is_revoked_reads_no_more() {
    for world in worlds() {
        world.register("1.0.0");
        let vera = with(&world, "vera", Role::Viewer, "model:flight-*");
        let reader = vera.reader();
        assert_eq!(reader.versions(&model()).unwrap().len(), 1);
        world.admin.revoke(vera.principal(), Role::Viewer, "model:flight-*".parse().unwrap()).unwrap();
        denied(reader.versions(&model()), Role::Viewer);
        denied(reader.models(), Role::Viewer);
    }
}

#[test]
fn a_pattern_covers_models_to_come_and_not_the_whole() {
    for world in worlds() {
        let carl = with(&world, "carl", Role::Author, "model:fraud-*");
        let artifact = carl.store_artifact(&mut "x".as_bytes()).unwrap();
        let new =
            |name: &str| NewVersion::new(name.parse().unwrap(), version("1.0.0"), world.run(), artifact);
        carl.register(&new("fraud-cards")).unwrap();
        carl.register(&new("fraud-")).unwrap();
        denied(carl.register(&new("fraud")), Role::Author);
        denied(carl.register(&new("Fraud-cards")), Role::Author);
        let stars = with(&world, "stan", Role::Admin, "model:*");
        denied(stars.grant(stars.principal(), Role::Author, Scope::All), Role::Admin);
        let grants = world.registry.grants_of(carl.principal()).unwrap();
        assert_eq!(grants[0].scope, Scope::Pattern(ModelPattern::new("fraud-*").unwrap()));
        let last = world.registry.entries(0..u64::MAX).unwrap();
        assert!(last.iter().any(|entry| entry.act.subject == "carl as author of fraud-*"));
        world.is_whole();
    }
}

#[test]
fn a_name_that_looks_like_a_pattern_is_not_granted_alone() {
    for world in worlds() {
        let scope = Scope::Model("fraud-*".parse().unwrap());
        let result = world.admin.grant(&principal("carl"), Role::Author, scope);
        assert!(matches!(result, Err(Error::Invalid { field: "scope", .. })), "{result:?}");
        for text in ["model:**", "model:", "model:a/*", "models:*", "", "model:*a*a*a*a*a*a*a*a*a"] {
            assert!(matches!(text.parse::<Scope>(), Err(Error::Invalid { .. })), "{text}");
        }
    }
}
