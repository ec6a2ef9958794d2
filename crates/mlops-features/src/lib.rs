//! Feature store: entities, views, leak-free point-in-time joins, online look-up
