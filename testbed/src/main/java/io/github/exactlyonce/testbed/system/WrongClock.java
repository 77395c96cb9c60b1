package io.github.exactlyonce.testbed.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Starts a process whose clock is off, by libfaketime (Debian: {@code apt-get install libfaketime}). */
public final class WrongClock {

    private final Path library;

    private WrongClock(Path library) {
        this.library = library;
    }

    /**
     * Looks where distributions keep it: {@code /usr/lib[/<architecture>]/faketime}. The variant for many threads, if there
     * is one.
     */
    public static Optional<WrongClock> find() {
        PathMatcher wanted = FileSystems.getDefault().getPathMatcher("glob:**/faketime/libfaketime{MT,}.so.1");
        Path libraries = Path.of("/usr/lib");
        if (!Files.isDirectory(libraries)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.find(libraries, 3, (path, attributes) -> wanted.matches(path))) {
            return files.min(Path::compareTo).map(WrongClock::new);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a process gets so that its clock is ahead by this, or behind if it is negative. */
    public Map<String, String> environment(Duration offset) {
        return Map.of("LD_PRELOAD", library.toString(), "FAKETIME", "%+ds".formatted(offset.toSeconds()));
    }
}
