/// From validated text to a good tree and on to our physical plan: conversion, rewrites, join
/// order, estimates and the translation out of Calcite's classes.
@NullMarked
package io.bauplan.sql.logical;

import org.jspecify.annotations.NullMarked;
