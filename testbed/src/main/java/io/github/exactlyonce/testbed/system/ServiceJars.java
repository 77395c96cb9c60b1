package io.github.exactlyonce.testbed.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** Where the packaged services are, and where the testbed keeps what belongs to a run. */
final class ServiceJars {

    private ServiceJars() {}

    /** {@code testbed/target/testbed} in the repository. */
    static Path workDirectory() {
        return repository().resolve("testbed/target/testbed");
    }

    /**
     * Copies {@code <service>/target/<service>.jar}: a build while the system runs must not pull the jar from under it.
     *
     * @return the copy
     */
    static Path copy(String service, Path directory) {
        Path jar = repository().resolve(service).resolve("target").resolve(service + ".jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: build it with 'mvn package -DskipTests'");
        }
        try {
            return Files.copy(jar, directory.resolve(service + ".jar"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The directory above our own classes that has both services; the same from Maven, an IDE and a test. */
    private static Path repository() {
        Path directory = ownClasses();
        while (directory != null && !Files.exists(directory.resolve("order-service/pom.xml"))) {
            directory = directory.getParent();
        }
        if (directory == null) {
            throw new IllegalStateException(
                    "the testbed runs from a checkout of the repository, not from " + ownClasses());
        }
        return directory;
    }

    private static @Nullable Path ownClasses() {
        try {
            return Path.of(ServiceJars.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
