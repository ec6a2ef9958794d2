use super::framework::Requirement;
use super::question::Question as Q;

/// The subcategories that a registry of models can speak to, and some that it can't.
pub(super) const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        id: "nist-ai-rmf/govern-1.1",
        section: "GOVERN 1.1",
        asks: "legal and regulatory requirements, understood and documented",
        by: &[],
    },
    Requirement {
        id: "nist-ai-rmf/govern-1.4",
        section: "GOVERN 1.4",
        asks: "risk management by policies and controls that can be seen",
        by: &[Q::Policy, Q::Log],
    },
    Requirement {
        id: "nist-ai-rmf/govern-1.6",
        section: "GOVERN 1.6",
        asks: "an inventory of systems",
        by: &[Q::Registration],
    },
    Requirement {
        id: "nist-ai-rmf/govern-1.7",
        section: "GOVERN 1.7",
        asks: "a way to phase a system out safely",
        by: &[Q::Rollback],
    },
    Requirement {
        id: "nist-ai-rmf/govern-2.1",
        section: "GOVERN 2.1",
        asks: "roles, responsibilities and lines of communication",
        by: &[Q::Owner, Q::Access],
    },
    Requirement {
        id: "nist-ai-rmf/govern-5.1",
        section: "GOVERN 5.1",
        asks: "feedback of those outside who are affected",
        by: &[],
    },
    Requirement {
        id: "nist-ai-rmf/map-1.1",
        section: "MAP 1.1",
        asks: "intended purposes, users and settings",
        by: &[Q::Purpose],
    },
    Requirement {
        id: "nist-ai-rmf/map-2.1",
        section: "MAP 2.1",
        asks: "the task, and the method that supports it",
        by: &[Q::Schema],
    },
    Requirement {
        id: "nist-ai-rmf/map-2.2",
        section: "MAP 2.2",
        asks: "limits of what the system knows, and how people are to use its answers",
        by: &[Q::Limits],
    },
    Requirement {
        id: "nist-ai-rmf/map-3.5",
        section: "MAP 3.5",
        asks: "oversight by people, defined and documented",
        by: &[Q::Approvals],
    },
    Requirement {
        id: "nist-ai-rmf/map-4.1",
        section: "MAP 4.1",
        asks: "components, data and software of others, and where they come from",
        by: &[Q::Data, Q::Sources],
    },
    Requirement {
        id: "nist-ai-rmf/measure-2.1",
        section: "MEASURE 2.1",
        asks: "test sets, metrics and tools, documented",
        by: &[Q::Run, Q::Verdicts],
    },
    Requirement {
        id: "nist-ai-rmf/measure-2.3",
        section: "MEASURE 2.3",
        asks: "performance in conditions like those of deployment",
        by: &[Q::Trial],
    },
    Requirement {
        id: "nist-ai-rmf/measure-2.4",
        section: "MEASURE 2.4",
        asks: "behaviour in production, monitored",
        by: &[Q::Monitoring],
    },
    Requirement {
        id: "nist-ai-rmf/measure-2.5",
        section: "MEASURE 2.5",
        asks: "that it is valid and reliable, within stated limits",
        by: &[Q::Verdicts, Q::Limits],
    },
    Requirement {
        id: "nist-ai-rmf/measure-2.7",
        section: "MEASURE 2.7",
        asks: "security and resilience: that what is loaded is what was released",
        by: &[Q::Signature],
    },
    Requirement {
        id: "nist-ai-rmf/measure-2.8",
        section: "MEASURE 2.8",
        asks: "transparency and accountability: who did what",
        by: &[Q::Log, Q::Separation],
    },
    Requirement {
        id: "nist-ai-rmf/measure-2.9",
        section: "MEASURE 2.9",
        asks: "that the model is explained, validated and documented",
        by: &[Q::Card, Q::Verdicts],
    },
    Requirement {
        id: "nist-ai-rmf/measure-2.11",
        section: "MEASURE 2.11",
        asks: "fairness and bias, evaluated",
        by: &[Q::Harm],
    },
    Requirement {
        id: "nist-ai-rmf/manage-1.1",
        section: "MANAGE 1.1",
        asks: "a decision whether to go on",
        by: &[Q::Approvals],
    },
    Requirement {
        id: "nist-ai-rmf/manage-2.3",
        section: "MANAGE 2.3",
        asks: "what is done when an unknown risk shows, and was done",
        by: &[Q::Emergencies],
    },
    Requirement {
        id: "nist-ai-rmf/manage-2.4",
        section: "MANAGE 2.4",
        asks: "a way to supersede or switch off what behaves otherwise than intended",
        by: &[Q::Rollback],
    },
    Requirement {
        id: "nist-ai-rmf/manage-4.1",
        section: "MANAGE 4.1",
        asks: "plans for monitoring after deployment, carried out",
        by: &[Q::Monitoring],
    },
    Requirement {
        id: "nist-ai-rmf/manage-4.3",
        section: "MANAGE 4.3",
        asks: "incidents told to those affected",
        by: &[],
    },
];
