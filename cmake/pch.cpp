// Compiles the precompiled header (pch.hpp) once for all targets.
