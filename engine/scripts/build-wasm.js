// Placeholder until the AssemblyScript sources land: nothing to compile.
