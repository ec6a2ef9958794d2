//! A role holds where it was granted, and a registry has one founder.

use std::sync::Arc;

use crate::world::{GATE, model, principal, version, worlds};
use mlops_registry::access::{Action, Role, Scope};
use mlops_registry::artifact::MemoryArtifacts;
use mlops_registry::audit::Act;
use mlops_registry::merkle::Ed25519Signer;
use mlops_registry::model::NewVersion;
use mlops_registry::promotion::PromotionPolicy;
use mlops_registry::store::{Commit, Key, Kind, MemoryStore, MetadataStore, Query};
use mlops_registry::tracking::{RunBatch, RunStatus};
use mlops_registry::{Error, Registry};

fn founded(store: &Arc<dyn MetadataStore>) -> mlops_registry::Result<Registry> {
    let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    Registry::builder(Arc::clone(store), Arc::new(MemoryArtifacts::default()), signer)
        .create("registry.example".parse().unwrap(), &principal("root"))
}

#[test]
fn a_registry_is_founded_in_an_empty_store_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let stores: Vec<Arc<dyn MetadataStore>> = vec![
        Arc::new(MemoryStore::default()),
        #[cfg(feature = "sqlite")]
        Arc::new(mlops_registry::store::SqliteStore::open(folder.path().join("registry.db")).unwrap()),
    ];
    for store in stores {
        let act = Act::new("2013-01-01T00:00:00Z".parse().unwrap(), principal("eve"), "something", "else");
        store.commit(&Commit::new(act, vec![], vec![]).unwrap()).unwrap();
        match founded(&store) {
            Err(Error::Corrupt { what, reason }) => {
                assert_eq!(what, "registry");
                assert_eq!(reason, "the audit log is at entry 1, though no registry was founded");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(store.size().unwrap(), 1);
        for kind in [Kind::Registry, Kind::Grant] {
            assert_eq!(store.read(&Query::under(kind, Key::all(), 9)).unwrap(), []);
        }
    }
    drop(folder);
}

#[test]
fn an_author_of_one_model_makes_versions_of_it_and_of_no_other() {
    for world in worlds() {
        let carl = world.registry.session(&principal("carl"));
        let experiment = "scoped".parse().unwrap();
        let refused = carl.create_experiment(&experiment).unwrap_err();
        assert_eq!(refused.to_string(), "carl may not create an experiment: that takes the role author");
        let refused = carl.store_artifact(&mut "model".as_bytes()).unwrap_err();
        assert_eq!(refused.to_string(), "carl may not store an artifact: that takes the role author");

        world.admin.grant(carl.principal(), Role::Author, Scope::Model(model())).unwrap();
        carl.create_experiment(&experiment).unwrap();
        let run = carl.start_run(&experiment, "first").unwrap().id;
        carl.log(&run, &RunBatch::new().param("trees", 100)).unwrap();
        carl.end_run(&run, RunStatus::Finished).unwrap();
        let artifact = carl.store_artifact(&mut "model".as_bytes()).unwrap();
        carl.register(&NewVersion::new(model(), version("1.0.0"), run.clone(), artifact)).unwrap();
        let other = NewVersion::new("other".parse().unwrap(), version("1.0.0"), run, artifact);
        let result = carl.register(&other);
        assert!(matches!(result, Err(Error::Denied { needed: Role::Author, .. })), "{result:?}");
        world.is_whole();
    }
}

#[test]
fn an_admin_of_one_model_rules_nothing() {
    for world in worlds() {
        let carl = world.registry.session(&principal("carl"));
        world.admin.grant(carl.principal(), Role::Admin, Scope::Model(model())).unwrap();
        let denied = |result: mlops_registry::Result<()>| {
            assert!(matches!(result, Err(Error::Denied { needed: Role::Admin, .. })), "{result:?}");
        };
        denied(carl.grant(carl.principal(), Role::Deployer, Scope::Model(model())).map(drop));
        denied(carl.revoke(world.ben.principal(), Role::Approver, Scope::All));
        denied(carl.set_policy(&PromotionPolicy::requiring(GATE)));
    }
}

#[test]
fn no_action_of_an_admin_takes_less_than_the_whole() {
    for action in [Action::CreateRegistry, Action::GrantRole, Action::RevokeRole, Action::SetPolicy] {
        assert_eq!((action.needs(), action.in_any_scope()), (Role::Admin, false));
    }
}
