//! HTML pages, tables and inline SVG charts for mlops reports: one file, no network, no script
