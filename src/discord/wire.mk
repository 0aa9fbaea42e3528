# Codecs: interactions, components, custom ids, permissions, commands
