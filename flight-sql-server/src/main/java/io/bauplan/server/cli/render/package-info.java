/// Results as text: tables for people, CSV and JSON for programs.
@NullMarked
package io.bauplan.server.cli.render;

import org.jspecify.annotations.NullMarked;
