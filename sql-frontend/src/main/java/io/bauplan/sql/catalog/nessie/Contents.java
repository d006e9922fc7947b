package io.bauplan.sql.catalog.nessie;

import io.bauplan.sql.catalog.iceberg.BoundedCache;
import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.projectnessie.client.api.NessieApiV2;
import org.projectnessie.error.NessieNotFoundException;
import org.projectnessie.model.Content;
import org.projectnessie.model.ContentKey;
import org.projectnessie.model.Detached;
import org.projectnessie.model.EntriesResponse.Entry;

/// What is stored under which name at a commit. Commits never change, so answers are kept.
final class Contents {
  /// Single contents.
  private static final long MAX_CACHED_CONTENTS = 20_000;

  /// Names over all commits whose whole listing is kept.
  private static final long MAX_CACHED_NAMES = 200_000;

  private final NessieApiV2 api;
  private final BoundedCache<At, Optional<Content>> contents =
      new BoundedCache<>(MAX_CACHED_CONTENTS, content -> 1);
  private final BoundedCache<String, Names> names =
      new BoundedCache<>(MAX_CACHED_NAMES, listing -> 1L + listing.keys().size());

  private record At(String commit, ContentKey key) {}

  /// All names at a commit.
  ///
  /// @param folded keys by their lower-case form
  record Names(Map<ContentKey, Content.Type> keys, Map<ContentKey, List<ContentKey>> folded) {}

  Contents(NessieApiV2 api) {
    this.api = api;
  }

  static ContentKey key(TableRef name) {
    List<String> elements = new ArrayList<>(name.namespace());
    elements.add(name.name());
    return key(elements);
  }

  static ContentKey key(List<String> elements) {
    try {
      return ContentKey.of(elements);
    } catch (IllegalArgumentException e) {
      throw new EngineException(
          ErrorCode.INVALID_ARGUMENT,
          "\"" + String.join(".", elements) + "\" cannot be a name: " + e.getMessage(),
          e);
    }
  }

  static TableRef name(ContentKey key) {
    List<String> elements = key.getElements();
    return new TableRef(elements.subList(0, elements.size() - 1), elements.getLast());
  }

  Optional<Content> get(String commit, ContentKey key) {
    return contents.get(new At(commit, key), this::load);
  }

  private Optional<Content> load(At at) {
    try {
      Map<ContentKey, Content> found =
          api.getContent().reference(Detached.of(at.commit())).key(at.key()).get();
      return Optional.ofNullable(found.get(at.key()));
    } catch (NessieNotFoundException e) {
      throw missingCommit(at.commit(), e);
    } catch (RuntimeException e) {
      throw NessieErrors.failed("read " + name(at.key()) + " from the catalog", e);
    }
  }

  private static EngineException missingCommit(String commit, Exception cause) {
    return new EngineException(ErrorCode.COMMIT_NOT_FOUND, "there is no commit " + commit, cause);
  }

  Names names(String commit) {
    return names.get(commit, this::loadNames);
  }

  private Names loadNames(String commit) {
    Map<ContentKey, Content.Type> keys = new HashMap<>();
    Map<ContentKey, List<ContentKey>> folded = new HashMap<>();
    try (Stream<Entry> entries = api.getEntries().reference(Detached.of(commit)).stream()) {
      entries.forEach(
          entry -> {
            keys.put(entry.getName(), entry.getType());
            folded
                .computeIfAbsent(fold(entry.getName()), ignored -> new ArrayList<>(1))
                .add(entry.getName());
          });
    } catch (NessieNotFoundException e) {
      throw missingCommit(commit, e);
    } catch (RuntimeException e) {
      throw NessieErrors.failed("list the catalog", e);
    }
    return new Names(keys, folded);
  }

  private static ContentKey fold(ContentKey key) {
    return ContentKey.of(
        key.getElements().stream().map(element -> element.toLowerCase(Locale.ROOT)).toList());
  }

  /// The key under which a name is stored: itself, or failing that the one that differs in letter
  /// case only. Several such are an error, since none is meant more than the others.
  Optional<ContentKey> canonical(String commit, ContentKey key) {
    if (get(commit, key).isPresent()) {
      return Optional.of(key);
    }
    List<ContentKey> candidates = names(commit).folded().getOrDefault(fold(key), List.of());
    if (candidates.size() > 1) {
      throw new EngineException(
          ErrorCode.AMBIGUOUS_NAME,
          "\""
              + name(key)
              + "\" could be any of "
              + candidates.stream().map(c -> name(c).dotted()).sorted().toList(),
          null,
          "write the name exactly, in double quotes",
          null);
    }
    return candidates.stream().findFirst();
  }
}
