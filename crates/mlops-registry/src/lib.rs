//! Model registry with approvals, gated promotion, lineage and a tamper-evident Merkle audit log
